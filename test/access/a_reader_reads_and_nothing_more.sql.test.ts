import assert from "node:assert/strict"
import { before, test } from "node:test"
import type { PoolClient } from "pg"
import { accountId } from "../harness/records.ts"
import type { Shadow } from "../harness/shadow.ts"
import { ask, jobs, loadedShadow, requested } from "../readers/claims.ts"

let shadow: Shadow
before(async () => {
  shadow = await loadedShadow(3_000)
})

/** Runs work on a connection that has the rights of sf_shadow_reader, and no others. */
async function asReader<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await shadow.pool.connect()
  try {
    await client.query("set role sf_shadow_reader")
    return await work(client)
  } finally {
    await client.query("reset role")
    client.release()
  }
}

/** No right to do it, or, for a view that joins or counts, nothing that could be done at all. */
const refused = (sql: string) =>
  asReader((client) =>
    assert.rejects(
      client.query(sql),
      ({ code }: { code: string }) => code === "42501" || code === "55000",
      `a reader may: ${sql}`,
    ),
  )

test("a reader may read the shadow tables and the views, and call the reading functions", async () => {
  await asReader(async (client) => {
    for (const relation of [
      "sf_product_shadow",
      "sf_pricebook_shadow",
      "sf_account_eligibility_shadow",
      "sf_catalog",
      "sf_shadow_lag",
      "sf_shadow_stream",
      "sf_shadow_backlog",
      "sf_shadow_run",
      "sf_shadow_reject",
      "sf_shadow_api_usage",
      "sf_shadow_reject_reason",
      "sf_shadow_failed_job",
      "sf_shadow_invalidation_consumer",
    ])
      await client.query(`select * from ${relation} limit 1`)
    await client.query("select * from sf_price('SKU-1', '01s000000000001AAA', 'EUR')")
  })
})

test("asking for a stale row queues its refresh, though a reader may queue no job", async () => {
  const answer = await asReader((client) =>
    ask({
      all: async <T>(sql: string, ...values: unknown[]) => (await client.query(sql, values)).rows as T[],
    }),
  )
  assert.equal(answer.refresh_queued, true)
  assert.deepEqual(await requested(shadow), [accountId(1)])
  assert.deepEqual(await jobs(shadow), [{ key: "refresh:Account", task_identifier: "records_to_shadow" }])
  await refused("select public.add_job('backfill', '{}')")
  await refused(`select public.add_job('records_to_shadow', '{"object":"Account"}'::jsonb)`)
  await refused("select sf_shadow_worker.add_job('backfill')")
  await refused("select sf_shadow._request_refresh('Product2', '01t000000000001AAA', now(), now())")
})

test("a reader may write nothing", async () => {
  for (const table of [
    "sf_product_shadow",
    "sf_pricebook_shadow",
    "sf_account_eligibility_shadow",
    "sf_shadow_run",
    "sf_shadow_reject",
    "sf_shadow_event",
    "sf_shadow_api_usage",
  ]) {
    await refused(`delete from public.${table}`)
    await refused(`insert into public.${table} default values`)
  }
  await refused("truncate public.sf_pricebook_shadow")
  await refused("update public.sf_product_shadow set name = 'x'")
  await refused("update public.sf_catalog set name = 'x'")
  await refused("create table public.mine (id integer)")
})

test("a reader sees nothing of the machinery, nor the event log", async () => {
  const { rows } = await shadow.pool.query<{ relation: string }>(
    `select format('%I.%I', n.nspname, c.relname) as relation from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('sf_shadow', 'sf_shadow_worker') and c.relkind in ('r', 'p', 'v')`,
  )
  assert.ok(rows.length > 20)
  for (const { relation } of rows) await refused(`select * from ${relation} limit 1`)
  await refused("select * from public.sf_shadow_event limit 1")
})

test("whoever is not granted the role can neither read nor call anything", async () => {
  const { rows } = await shadow.pool.query<{ name: string }>(
    `select p.oid::regprocedure::text as name from pg_proc p where p.pronamespace = 'public'::regnamespace
       and p.prosecdef and has_function_privilege('public', p.oid, 'execute')
     union all
     select c.oid::regclass::text from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v')
       and has_table_privilege('public', c.oid, 'select')`,
  )
  assert.deepEqual(rows, [])
})

test("what acts with the owner's rights has a search_path that no caller can bend", async () => {
  const { rows } = await shadow.pool.query<{ name: string }>(
    `select p.oid::regprocedure::text as name from pg_proc p
     where p.prosecdef and p.pronamespace in ('public'::regnamespace, 'sf_shadow'::regnamespace)
       and not coalesce('search_path=""' = any (p.proconfig), false)`,
  )
  assert.deepEqual(rows, [])
})
