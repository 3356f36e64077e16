import assert from "node:assert/strict"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { before, test } from "node:test"
import { defaults } from "../../src/reader/reader.ts"
import { Shadow } from "../harness/shadow.ts"

const root = join(import.meta.dirname, "../..")

/** The settings as migrate leaves them: intervals in seconds, numbers as they are. */
let settings: Record<string, number | null>
before(async () => {
  const shadow = await Shadow.open()
  const [row] = await shadow.all<{ settings: Record<string, number | null> }>(
    `select jsonb_object_agg(a.attname, case when a.atttypid = 'interval'::regtype
         then extract(epoch from (to_jsonb(s) ->> a.attname)::interval) else (to_jsonb(s) ->> a.attname)::numeric end) as settings
     from sf_shadow.setting s
     join pg_attribute a on a.attrelid = 'sf_shadow.setting'::regclass and a.attnum > 0 and not a.attisdropped
     where a.atttypid in ('interval'::regtype, 'numeric'::regtype, 'bigint'::regtype)`,
  )
  settings = row?.settings ?? {}
})

const units = { seconds: 1, minutes: 60, day: 86_400, days: 86_400, rows: 1, "%": 1 } as const

test("the table of settings has every one, with the default that migrate leaves", async () => {
  const page = await readFile(join(root, "docs/configuration.md"), "utf8")
  const written = [
    ...page.matchAll(/^\| `(\w+)` \| .* \| (?:for ever|(\d+) (seconds|minutes|days?|rows|%)) \|$/gm),
  ].map(([, setting, n, unit]) => [
    setting,
    n === undefined ? null : Number(n) * units[unit as keyof typeof units],
  ])
  const { margin, publish_delay, delta_overlap, ...others } = settings
  assert.deepEqual(Object.fromEntries(written), others)
  // These are the service's own variables.
  assert.deepEqual(
    { margin, publish_delay, delta_overlap },
    { margin: 10, publish_delay: 60, delta_overlap: 900 },
  )
})

/** Where a default is repeated all the same: where neither the table nor the database can be looked at. */
const repeated: [file: string, words: RegExp, setting: string][] = [
  ["docs/alerts.yml", /sf_shadow_run_still_seconds\) > (?<n>\d+)\n/, "stands_still_after"],
  ["docs/runbook.md", /still > interval '(?<n>\d+) (?<unit>minutes)'/, "stands_still_after"],
  ["docs/rollout.md", /after (?<n>\d+) (?<unit>minutes) \(`staleAfter`\)/, "stale_after"],
  ["src/reader/reader.ts", /Default [\d,]+ \((?<n>\d+) (?<unit>minutes)\)/, "stale_after"],
]

for (const [file, words, setting] of repeated) {
  test(`${file} says of ${setting} what is so`, async () => {
    const { n, unit = "seconds" } = words.exec(await readFile(join(root, file), "utf8"))?.groups ?? {}
    assert.ok(n, `${file} does not say ${words} any more: mend this list`)
    assert.equal(Number(n) * units[unit as keyof typeof units], settings[setting])
  })
}

test("a reader takes rows for stale from the age at which SQL does", () => {
  assert.equal(defaults.staleAfterMs / 1000, settings.stale_after)
})
