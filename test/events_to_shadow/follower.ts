import type { TestContext } from "node:test"
import type { Pool } from "pg"
import { lockSpaces } from "../../src/postgres/lock_spaces.ts"
import { startOrg } from "../harness/org.ts"
import { created, product, productId } from "../harness/records.ts"
import { type Service, startService } from "../harness/service.ts"
import type { Shadow } from "../harness/shadow.ts"
import { waitFor } from "../harness/wait.ts"

/** Whether a process follows events now. */
export async function isFollowed(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query(
    `select from pg_locks l join pg_database d on d.oid = l.database and d.datname = current_database()
     where l.locktype = 'advisory' and l.mode = 'ExclusiveLock' and l.granted and l.classid = $1`,
    [lockSpaces.follower],
  )
  return rows.length > 0
}

/** Waits until the row of product `n` is there. */
export async function seen(shadow: Shadow, n: number, withinMs = 10_000): Promise<void> {
  await waitFor(`product ${n} is in the shadow`, withinMs, () => shadow.row("Product2", productId(n)))
}

/** Appends the creation of product `n`, as a leader in a process of its own would. */
export const publish = (shadow: Shadow, n: number) => shadow.publish(created("Product2", product(n, n), n))

/** Starts workers with one slot each, and has the first one follow: products 1 and 2 are appended for that. */
export async function startFollower(t: TestContext, shadow: Shadow, others = 0): Promise<Service[]> {
  const { environment } = await startOrg(t, { products: 0, pricebooks: 0, accounts: 0 })
  const start = () =>
    startService(t, { ...environment(shadow.url), WORKER_CONCURRENCY: "1" }, ["--only", "worker"])
  const services = [await start()]
  await publish(shadow, 1)
  await seen(shadow, 1)
  await waitFor("a process follows", 10_000, () => isFollowed(shadow.pool))
  for (let n = 0; n < others; n++) services.push(await start())
  await publish(shadow, 2)
  await seen(shadow, 2)
  return services
}

/** Holds up every fold: the stream's cursor is locked until the answered function is called. */
export async function holdFolds(t: TestContext, shadow: Shadow): Promise<() => Promise<void>> {
  const holder = await shadow.pool.connect()
  let held = true
  const release = async () => {
    if (!held) return
    held = false
    await holder.query("rollback").finally(() => holder.release())
  }
  t.after(release)
  await holder.query("begin")
  await holder.query("select from sf_shadow.stream_cursor for update")
  return release
}

/** Waits until somebody waits for what is held. */
export async function someoneWaits(shadow: Shadow): Promise<void> {
  await waitFor("a fold waits", 10_000, async () => {
    const { rows } = await shadow.pool.query(
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    )
    return rows.length > 0
  })
}
