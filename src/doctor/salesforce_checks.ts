import type { Pool } from "pg"
import { isProxied, proxyName } from "../base/proxy.ts"
import { sfShadow } from "../base/sf_shadow.ts"
import { explainAbsence } from "../mapping/index.ts"
import { measureOffset } from "../salesforce/clock_keeper.ts"
import { describeObject } from "../salesforce/describe.ts"
import { type Limit, readLimits } from "../salesforce/limits.ts"
import { countRecords } from "../salesforce/records.ts"
import type { Session } from "../salesforce/session.ts"
import type { Check } from "./check.ts"
import type { MirroredObject } from "./database_checks.ts"

/** Less than this between two clocks is how exactly they can be compared, ms. */
const clockToleranceMs = 5_000
/** From this share on loads stand still (rule 14), percent. */
const limitWarnsAtPercent = 80

/** Login, org, clocks and limits. */
export function salesforceChecks(session: Session, pool: Pool): Check[] {
  return [
    {
      name: "login",
      async ask() {
        const { tenantId, instanceUrl } = await session.credentials()
        const { auth, proxy, loginUrl } = session.config
        const { hostname, port } = new URL(loginUrl)
        const isThrough = proxy !== undefined && isProxied(proxy, hostname, Number(port) || 443)
        const through = isThrough ? `, through the proxy ${proxyName(proxy)} (HTTPS_PROXY)` : ""
        return `logged in to org ${tenantId} (${instanceUrl}) by ${auth}${through}`
      },
    },
    { name: "organization", needs: ["login", "migrations"], ask: () => askOrganization(session, pool) },
    { name: "clocks", needs: ["login", "database"], ask: () => askClocks(session, pool) },
    { name: "limits", needs: ["login"], ask: () => askLimits(session) },
  ]
}

/** One check per object: the fields that are mapped, and how many records this user sees. */
export function objectChecks(session: Session, pool: Pool, objects: readonly MirroredObject[]): Check[] {
  if (objects.length === 0)
    return [{ name: "objects", needs: ["migrations"], ask: async () => "none is mirrored" }]
  return objects.map(({ object, enabled, polled, filter }) => ({
    name: `object ${object}`,
    needs: ["login", "migrations"],
    async ask() {
      const found = [
        await askObject(session, pool, object, filter),
        ...(polled === null ? [] : [polled]),
      ].join("; ")
      return enabled ? found : `${found}; paused: ${sfShadow} resume ${object} ends that`
    },
  }))
}

async function askOrganization(session: Session, pool: Pool): Promise<string> {
  const { tenantId } = await session.credentials()
  const { rows } = await pool.query<{ organization_id: string; instance_url: string }>(
    "select organization_id, instance_url from sf_shadow.organization",
  )
  const [own] = rows
  if (own === undefined) return `the database belongs to no org yet: to ${tenantId} from the first load on`
  if (own.organization_id === tenantId) return "the database's own"
  throw new Error(
    `the database belongs to org ${own.organization_id} (${own.instance_url}). Correct DATABASE_URL or the SF_* variables; to move the database, stop the service and run: ${sfShadow} adopt-org --confirm ${tenantId}`,
  )
}

/** A difference is measured and allowed for; it is told because logs and other programs might not do so. */
async function askClocks(session: Session, pool: Pool): Promise<string> {
  const { clock } = session
  const here = { atLeastMs: +clock.earliest() - Date.now(), atMostMs: +clock.latest() - Date.now() }
  const offsets = { "this machine": here, Postgres: await measureOffset(pool, clock) }
  const different = Object.entries(offsets).flatMap(([whose, { atLeastMs, atMostMs }]) => {
    const aheadMs = Math.max(-atMostMs, 0) - Math.max(atLeastMs, 0)
    if (Math.abs(aheadMs) <= clockToleranceMs) return []
    return [
      `${whose} is ${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs > 0 ? "ahead of" : "behind"} Salesforce`,
    ]
  })
  if (different.length === 0) return "this machine, Postgres and Salesforce agree within 5 s"
  return `${different.join("; ")}: measured and allowed for in ages, freshness and schedules. Synchronise by NTP`
}

async function askLimits(session: Session): Promise<string> {
  const limits = Object.entries(await readLimits(session)).filter(
    (entry): entry is [string, Limit] => entry[1] !== null,
  )
  const percent = ({ max, remaining }: Limit) => (max === 0 ? 0 : (100 * (max - remaining)) / max)
  const text = limits
    .map(([name, limit]) => `${limitNames[name] ?? name} ${limit.max - limit.remaining} of ${limit.max}`)
    .join(", ")
  if (limits.some(([, limit]) => percent(limit) >= limitWarnsAtPercent)) {
    throw new Error(
      `used in 24 hours: ${text}. Loads stop at ${limitWarnsAtPercent} %: find who uses them in Salesforce's Setup (API usage), or wait`,
    )
  }
  return `used in 24 hours: ${text}`
}

const limitNames: Record<string, string> = {
  apiRequests: "API requests",
  bulkQueryJobs: "bulk query jobs",
  bulkQueryStorageMb: "MB of bulk query results",
  deliveredEvents: "delivered events",
}

interface MappedField {
  field: string
  column_name: string
  required: boolean
  /** The column is filled without it. */
  defaulted: boolean
  /** It was readable before. */
  known: boolean
}

async function askObject(
  session: Session,
  pool: Pool,
  object: string,
  filter: string | null,
): Promise<string> {
  const described = await describeObject(session, object)
  const { name, fields } = described
  if (name !== object) {
    throw new Error(
      `${object} is ${name} in Salesforce, and case counts here: its events would not be known. Correct sf_shadow.object`,
    )
  }
  const readable = new Set(fields.map(({ name }) => name))
  const { rows } = await pool.query<MappedField>(
    `select f.field, f.column_name, f.required, f.default_value is not null as defaulted, d.field is not null as known
     from sf_shadow.field f
     left join sf_shadow.described_field d on d.object = f.object and d.field = f.field
     where f.object = $1 and f.field not like '%.%' order by f.column_name`,
    [object],
  )
  const absent = rows.filter(({ field }) => !readable.has(field))
  const wrong = absent.flatMap((one) => explainAbsence(described, object, one) ?? [])
  if (wrong.length > 0) throw new Error(wrong.join(" "))
  const blocking = absent.filter(({ required, defaulted }) => required && !defaulted)
  const vanished = absent.filter(({ known }) => known)
  const names = (of: MappedField[]) =>
    of.map(({ field, column_name }) => `${field} (${column_name})`).join(", ")
  if (blocking.length > 0) {
    const currency = blocking.some(({ field }) => field === "CurrencyIsoCode")
      ? " In an org with one currency set SF_DEFAULT_CURRENCY, for instance to EUR."
      : ""
    throw new Error(
      `no field ${names(blocking)} that this user may read, and the column is required: grant the field, or map another one in sf_shadow.field.${currency}`,
    )
  }
  if (vanished.length > 0) {
    throw new Error(
      `${names(vanished)} was readable before and is not now, its values stand still: grant the field to the service's user again`,
    )
  }
  const records = await countRecords(session, object, filter)
  const lacking = absent.filter(({ required }) => !required)
  const without =
    lacking.length > 0 ? `; columns that stay null for want of a readable field: ${names(lacking)}` : ""
  return `${fields.length} readable fields, ${records} visible records${filter === null ? "" : ` that meet ${filter}`}${without}`
}
