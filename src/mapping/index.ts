import { sfShadow } from "../base/sf_shadow.ts"
import type { Connections } from "../connections.ts"
import { transaction } from "../postgres/transaction.ts"
import { type DescribedObject, describeObject } from "../salesforce/describe.ts"

/** The org lacks a field that a required column needs: the object cannot be loaded as it is mapped. */
export class MappingError extends Error {
  override name = "MappingError"
}

interface Finding {
  finding: "lacking" | "blocking" | "vanished" | "returned"
  field: string
  column_name: string | null
}

/** Stores the settings that SQL functions need; the process that starts last decides. */
export async function applySettings({ config, pool }: Pick<Connections, "config" | "pool">): Promise<void> {
  await pool.query(
    `select sf_shadow.apply_settings(of_margin => $1 * interval '1 ms', of_publish_delay => $2 * interval '1 ms',
       of_delta_overlap => $3 * interval '1 ms', of_default_currency => $4)`,
    [config.marginMs, config.publishDelayMs, config.deltaOverlapMs, config.defaultCurrency ?? null],
  )
}

/**
 * Checks the mapping of an object against its describe (docs/mapping.md) and remembers the fields. A field that
 * the org lacks is reported and its column stays null; one that was there and vanished marks the object degraded.
 *
 * @throws MappingError when a required column without a default would never get a value
 */
export async function describeToFields({ pool, session, log }: Connections, object: string): Promise<void> {
  const found = await describeObject(session, object)
  const described = found.fields.map(({ name, type, calculated }) => ({ name, type, calculated }))
  const findings = await transaction(pool, async (client) => {
    const { rows } = await client.query<Finding>(
      "select * from sf_shadow.describe_to_fields(of_object => $1, fields => $2)",
      [object, JSON.stringify(described)],
    )
    return rows
  })
  for (const { finding, field, column_name } of findings) {
    if (finding === "lacking") {
      log.warn(
        { event: "field_lacking", object, field, column: column_name },
        `${explainAbsence(found, object, { field, column_name }) ?? `${object} has no field ${field} that this user may read. Map another field in sf_shadow.field, or grant the field.`} Column ${column_name} stays null.`,
      )
    } else if (finding === "vanished") {
      log.error(
        { event: "field_vanished", object, field, column: column_name },
        `${object}.${field} was readable before and is not now: its values stand still. Grant the field to the service's user again.`,
      )
    } else if (finding === "returned") {
      log.info(
        { event: "field_returned", object, field },
        `${object}.${field} is readable again; a delta follows`,
      )
    }
  }
  const blocking = findings.filter(({ finding }) => finding === "blocking")
  if (blocking.length > 0) {
    const wrong = blocking.flatMap((one) => explainAbsence(found, object, one) ?? [])
    if (wrong.length > 0) throw new MappingError(`${wrong.join(" ")} The column is required.`)
    const names = blocking.map(({ field, column_name }) => `${field} (for column ${column_name})`).join(", ")
    const currency = blocking.some(({ field }) => field === "CurrencyIsoCode")
      ? " For an org with one currency, set SF_DEFAULT_CURRENCY, for instance to EUR."
      : ""
    throw new MappingError(
      `${object} has no field ${names} that this user may read, and the column is required. Map another field in sf_shadow.field, or grant the field.${currency}`,
    )
  }
}

/**
 * What is wrong with a mapped field that describe does not list as one to select, and what to do; undefined where it is
 * simply not there: then this user may not read it, or the org lacks it.
 */
export function explainAbsence(
  { fields, unselectable }: DescribedObject,
  object: string,
  { field, column_name }: { field: string; column_name: string | null },
): string | undefined {
  const isSame = (one: { name: string }) => one.name.toLowerCase() === field.toLowerCase()
  const mapAs = (name: string) =>
    `update sf_shadow.field set field = '${name}' where object = '${object}' and column_name = '${column_name}'`
  const cased = fields.find(isSame)
  if (cased) return `${field} is ${cased.name} in describe, and case counts here: ${mapAs(cased.name)};`
  const apart = unselectable.find(isSame)
  if (apart === undefined) return undefined
  const { name, salesforceType } = apart
  const takeOut = "which is not mirrored: take the row out of sf_shadow.field."
  if (salesforceType === "base64") return `${name} is the content of a file (base64), ${takeOut}`
  if (salesforceType === "datetime")
    return `${name} says when this user last looked at the record, ${takeOut}`
  const parts = fields.filter(({ compoundParent }) => compoundParent === name).map((part) => part.name)
  return `${name} is a compound field (${salesforceType}), which no load can select: map its parts, each to a column of its own: ${parts.join(", ")}.${parts[0] === undefined ? "" : ` For instance: ${mapAs(parts[0])};`}`
}

/** The enabled objects, parents before children; or the given ones in that order. Unknown names are an error. */
export async function objectsInOrder(
  { pool }: Pick<Connections, "pool">,
  wanted?: readonly string[],
): Promise<string[]> {
  const { rows } = await pool.query<{ object: string; enabled: boolean }>(
    `select i.object, o.enabled from sf_shadow.objects_in_order() i
     join sf_shadow.object o on o.object = i.object order by i.depth, i.object_id`,
  )
  const known = rows.filter(({ enabled }) => enabled).map(({ object }) => object)
  const unknown = wanted?.filter((object) => !known.includes(object)) ?? []
  const paused = rows.filter(({ object, enabled }) => !enabled && unknown.includes(object))
  if (paused.length > 0) {
    const [{ object }] = paused as [(typeof rows)[0]]
    throw new MappingError(`${object} is paused. End that first: ${sfShadow} resume ${object}`)
  }
  if (unknown.length > 0) {
    throw new MappingError(
      `${unknown.join(", ")}: not mirrored. The mirrored objects are ${known.join(", ")}.`,
    )
  }
  return wanted?.length ? known.filter((object) => wanted.includes(object)) : known
}
