import assert from "node:assert/strict"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { before, test } from "node:test"
import { defaults } from "../../src/reader/reader.ts"
import { Shadow } from "../harness/shadow.ts"

const root = join(import.meta.dirname, "../..")

/** The settings as migrate leaves them: intervals in seconds, numbers as they are. */
let settings: Record<string, number>
before(async () => {
  const shadow = await Shadow.open()
  const [row] = await shadow.all<{ settings: Record<string, number> }>(
    `select jsonb_object_agg(a.attname, case when a.atttypid = 'interval'::regtype
         then extract(epoch from (to_jsonb(s) ->> a.attname)::interval) else (to_jsonb(s) ->> a.attname)::numeric end) as settings
     from sf_shadow.setting s
     join pg_attribute a on a.attrelid = 'sf_shadow.setting'::regclass and a.attnum > 0 and not a.attisdropped
     where a.atttypid in ('interval'::regtype, 'numeric'::regtype, 'bigint'::regtype)`,
  )
  settings = row?.settings ?? {}
})

const units = { s: 1, seconds: 1, ms: 0.001, minutes: 60, rows: 1, "%": 1 } as const

/** Where a setting's default is repeated: for readers of the docs, and where the database cannot be asked. */
const repeated: [file: string, words: RegExp, setting: string][] = [
  ["docs/rules.md", /received and not applied within (?<n>\d+) (?<unit>seconds)/, "unapplied_after"],
  ["docs/views.md", /after (?<n>\d+) (?<unit>seconds) `state` is not fresh/, "unapplied_after"],
  ["docs/views.md", /The (?<n>\d+) (?<unit>minutes) are `stands_still_after`/, "stands_still_after"],
  ["docs/alerts.yml", /sf_shadow_run_still_seconds\) > (?<n>\d+)\n/, "stands_still_after"],
  ["docs/runbook.md", /makes no progress for (?<n>\d+) (?<unit>minutes)/, "stands_still_after"],
  ["docs/runbook.md", /still > interval '(?<n>\d+) (?<unit>minutes)'/, "stands_still_after"],
  ["src/commands/load.ts", /made no progress for (?<n>\d+) (?<unit>minutes)/, "stands_still_after"],
  ["src/commands/runs.ts", /After (?<n>\d+) (?<unit>minutes) it stands still/, "stands_still_after"],
  ["sql/current/views/run.sql", /After (?<n>\d+) (?<unit>minutes) it stands still/, "stands_still_after"],
  ["docs/rules.md", /Past (?<n>\d+) (?<unit>%) of the table/, "fuse_percent"],
  ["docs/rules.md", /table and (?<n>\d+) (?<unit>rows) \(`fuse_percent`, `fuse_rows`/, "fuse_rows"],
  ["docs/runbook.md", /more than (?<n>\d+) (?<unit>%) of an object's rows/, "fuse_percent"],
  ["docs/runbook.md", /an object's rows, and more than (?<n>\d+)/, "fuse_rows"],
  ["docs/alerts.yml", /deleted over (?<n>\d+) (?<unit>%) of its rows/, "fuse_percent"],
  ["docs/commands.md", /would delete more than (?<n>\d+) (?<unit>%)/, "fuse_percent"],
  ["src/commands/verify.ts", /more than (?<n>\d+) (?<unit>%) of/, "fuse_percent"],
  ["src/commands/load.ts", /more than (?<n>\d+) (?<unit>%) of/, "fuse_percent"],
  ["docs/reading.md", /stale_after of sf_shadow\.setting, (?<n>\d+) (?<unit>minutes)/, "stale_after"],
  ["docs/rollout.md", /after (?<n>\d+) (?<unit>minutes) \(`staleAfter`\)/, "stale_after"],
  ["src/reader/reader.ts", /Default [\d,]+ \((?<n>\d+) (?<unit>minutes)\)/, "stale_after"],
]

for (const [file, words, setting] of repeated) {
  test(`${file} says of ${setting} what is so`, async () => {
    const { n, unit = "s" } = words.exec(await readFile(join(root, file), "utf8"))?.groups ?? {}
    assert.ok(n, `${file} does not say ${words} any more: mend this list`)
    assert.equal(Number(n) * units[unit as keyof typeof units], settings[setting])
  })
}

test("a reader takes rows for stale from the age at which SQL does", () => {
  assert.equal(defaults.staleAfterMs / 1000, settings.stale_after)
})
