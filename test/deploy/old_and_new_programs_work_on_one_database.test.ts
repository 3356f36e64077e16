import assert from "node:assert/strict"
import { readdirSync } from "node:fs"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import pg from "pg"
import { pause } from "../../src/base/backoff.ts"
import { Random } from "../../src/simulator/org/random.ts"
import { endsWith } from "../harness/command.ts"
import { startOrg } from "../harness/org.ts"
import { createEmptyDatabase } from "../harness/postgres.ts"
import { nextProgram } from "../harness/program.ts"
import { RandomChanges } from "../harness/random_changes.ts"
import { logLines, type Service, startService } from "../harness/service.ts"
import { settle } from "../harness/settled.ts"
import { waitFor } from "../harness/wait.ts"

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))

/** The migration after the last one that there is. */
const migrations = readdirSync(fileURLToPath(new URL("../../sql/migrations", import.meta.url)))
const note = `${String(migrations.length + 1).padStart(4, "0")}_note.sql`

/** A release that adds: a column to tables and temporary tables, in front of the others, and functions that need it. */
const release = {
  files: {
    // Its locks as CONTRIBUTING.md has it.
    [`sql/migrations/${note}`]: `
      select sf_shadow.lock_at_once('sf_shadow.run', 'sf_shadow.stream_cursor', 'public.sf_shadow_event');
      alter table sf_shadow.run add column note text;
      alter table sf_shadow.stream_cursor add column note text;
      alter table public.sf_shadow_event add column note text;`,
  },
  replacements: {
    "sql/current/merge/_open_changes.sql": [
      ["open_table('change', $columns$", "open_table('change', $columns$ note text default 'new',"],
    ],
    "sql/current/events_to_shadow/_open_event_batch.sql": [
      ["open_table('event_batch', $columns$", "open_table('event_batch', $columns$ note text default 'new',"],
      ["insert into pg_temp.event_batch (", "insert into pg_temp.event_batch (note, "],
      ["    e.seq, coalesce(r.ord, 0)", "    'new', e.seq, coalesce(r.ord, 0)"],
    ],
    "sql/current/events_to_shadow/_fold_events_source.sql": [
      ["insert into pg_temp.change (", "insert into pg_temp.change (note, "],
      ["  select\n    record_id,\n", "  select\n    'new', record_id,\n"],
    ],
    "sql/current/merge/_page_to_changes.sql": [
      ["insert into pg_temp.change (", "insert into pg_temp.change (note, "],
      ["    select\n      record_id,\n", "    select\n      'new', record_id,\n"],
    ],
    "sql/current/merge/_write_changes.sql": [
      [
        "  perform sf_shadow._write_rows(of_object);",
        "  perform c.note from pg_temp.change c;\n  perform sf_shadow._write_rows(of_object);",
      ],
    ],
    // In schema public, and ours: its body is the one that the older program has applied.
    "sql/current/operators/resume.sql": [
      [
        "  select sf_shadow._enable_object(",
        "  -- As of the next version.\n  select sf_shadow._enable_object(",
      ],
    ],
  } as Record<string, [string, string][]>,
}

async function schemaCheck(service: Service): Promise<unknown> {
  const url = service.logged("http_started")[0]?.url as string
  const { checks } = (await (await fetch(`${url}/readyz`)).json()) as {
    checks: Record<string, { ok: boolean }>
  }
  return checks.schema?.ok
}

test("under load: the new migrate, old and new services beside each other, loads of both, and the old migrate refused", async (t) => {
  console.log(`seed ${seed}`)
  const { org, seeded, environment } = await startOrg(t, { seed, products: 20, pricebooks: 2, accounts: 20 })
  const url = await createEmptyDatabase()
  const variables = { ...environment(url), SF_BULK_PAGE_ROWS: "5" }
  const next = await nextProgram(t, release)
  await endsWith(0, ["migrate"], variables)
  await endsWith(0, ["backfill"], variables)
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  t.after(() => pool.end())
  const old = await startService(t, variables)

  // Ten changes a second, and loads one after another, for as long as the deploy takes.
  const random = new RandomChanges(org, new Random(seed), seeded)
  const deployed = new AbortController()
  const load = (async () => {
    while (!deployed.signal.aborted) {
      random.change()
      await pool.query(`select add_job('backfill', '{"object":"PricebookEntry"}')`)
      await pause(100, deployed.signal)
    }
  })()
  t.after(() => deployed.abort())
  const loaded = async (since: number) => {
    const { rows } = await pool.query<{ run: number }>(
      "select max(run_id) as run from sf_shadow_run where state = 'complete' and run_id > $1",
      [since],
    )
    return rows[0]?.run
  }
  const before = await waitFor("loads by the service are complete", 60_000, () => loaded(3))

  const migrated = await endsWith(0, ["migrate"], variables, next)
  assert.match(migrated.stdout, new RegExp(`Migrations: ${note}\\. Functions and views applied: [5-8] files`))
  const after = await waitFor("loads by the old service go on", 60_000, () => loaded(before + 1))
  assert.equal(await schemaCheck(old), true)
  const fresh = await startService(t, variables, [], next)
  assert.equal(await schemaCheck(fresh), true)
  const refused = await endsWith(1, ["migrate"], variables)
  assert.match(refused.stderr, /this program is older .* Nothing was done\. It works on this schema/)
  await endsWith(0, ["backfill", "Product2"], variables)
  await endsWith(0, ["backfill", "Product2"], variables, next)
  await waitFor("loads go on beside it", 60_000, () => loaded(after + 1))
  deployed.abort()
  await load
  random.giveSkusBack()
  await settle(org, pool, 120_000)

  await old.stop()
  for (let made = 0; made < 20; made++) random.change()
  random.giveSkusBack()
  await settle(org, pool, 120_000)
  await fresh.stop()

  const { rows: failed } = await pool.query(
    "select object, kind, state, error from sf_shadow_run where state in ('failed', 'fuse')",
  )
  assert.deepEqual(failed, [], "no load has failed")
  assert.deepEqual((await pool.query("select * from sf_shadow_failed_job")).rows, [], "nor a job for good")
  for (const { output } of [old, fresh]) {
    const errors = logLines(output.stderr).filter(({ level }) => level === "error" || level === "fatal")
    assert.deepEqual(errors, [])
  }
})
