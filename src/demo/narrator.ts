import type { ClientBase } from "pg"
import { SessionClient } from "../postgres/pool.ts"
import type { OrgChange } from "./trickle.ts"

/** Least time between two lines, ms: enough to read them. */
const quietMs = 3_000
/** After this time a change that Postgres does not show is reported as such, ms. */
const giveUpMs = 30_000

/** Tells what happens in the org and when Postgres has it. */
export interface Narrator {
  /** Takes note of a change in the org. */
  heard(change: OrgChange): void
  stop(): Promise<void>
}

const tables: Record<string, { table: string; key: string }> = {
  Product2: { table: "sf_product_shadow", key: "product_id" },
  PricebookEntry: { table: "sf_pricebook_shadow", key: "pricebook_entry_id" },
  Account: { table: "sf_account_eligibility_shadow", key: "account_id" },
}

/**
 * Picks a change of the org every few seconds, waits until Postgres shows it, and prints it with the time that
 * took. Looks as a reader would: after each notification on channel sf_shadow_changed.
 *
 * @param onFirst called once, when Postgres has shown the first change: the shadow follows the org
 */
export async function startNarrator(
  databaseUrl: string,
  print: (line: string) => void,
  onFirst: () => void,
): Promise<Narrator> {
  const client = new SessionClient(databaseUrl, "sf-shadow demo")
  client.on("error", (error) => print(`The demo lost its look into Postgres: ${error.message}`))
  await client.connect()

  let followed: { change: OrgChange; at: number } | undefined
  let changes = 0
  let quietUntil = 0
  let looking: Promise<void> = Promise.resolve()
  let first = true

  async function look(): Promise<void> {
    if (followed === undefined) return
    const { change, at } = followed
    const shown = await isShown(client, change)
    const seconds = ((Date.now() - at) / 1000).toFixed(1)
    const name = `${change.object} ${change.recordId} ${change.kind}: ${change.text}`
    if (shown) print(`${name}  [in Postgres after ${seconds} s; ${changes} changes so far]`)
    else if (Date.now() - at > giveUpMs)
      print(`${name}  [not in Postgres after ${seconds} s, or changed again]`)
    else return
    followed = undefined
    quietUntil = Date.now() + quietMs
    if (shown && first) {
      first = false
      onFirst()
    }
  }
  function lookSoon(): void {
    looking = looking
      .then(look)
      .catch((error: Error) => print(`The demo cannot read Postgres: ${error.message}`))
  }
  client.on("notification", lookSoon)
  await client.query("listen sf_shadow_changed")

  return {
    heard(change) {
      changes += 1
      if (followed === undefined && Date.now() >= quietUntil) followed = { change, at: Date.now() }
      else if (followed !== undefined && Date.now() - followed.at > giveUpMs) lookSoon()
    },
    async stop() {
      client.off("notification", lookSoon)
      await looking
      await client.end()
    },
  }
}

async function isShown(client: ClientBase, { object, recordId, kind, value }: OrgChange): Promise<boolean> {
  const { table, key } = tables[object] as { table: string; key: string }
  const { rows } = await client.query(`select raw_payload from public.${table} where ${key} = $1`, [recordId])
  if (kind === "deleted") return rows.length === 0
  if (value === undefined) return rows.length > 0
  return rows[0]?.raw_payload[value.field] === value.now
}
