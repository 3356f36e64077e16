import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/postgres/embedded.ts"
import { runCommand } from "./process.ts"

const dataDir = mkdtempSync(join(tmpdir(), "sf-shadow-commands-"))
let postgres: EmbeddedPostgres
before(async () => {
  postgres = await startEmbeddedPostgres({ dataDir, settings: { fsync: "off" } })
})
after(async () => {
  await postgres.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

function environment(): Record<string, string> {
  return {
    DATABASE_URL: postgres.url,
    SF_LOGIN_URL: "http://127.0.0.1:1",
    SF_CLIENT_ID: "3MVG9",
    SF_CLIENT_SECRET: "s3cr3t",
    HTTP_PORT: "0",
  }
}

test("commands on a database that is not migrated exit 1 and say: run migrate", async () => {
  for (const args of [["status"], ["backfill"], ["delta"], ["run"]]) {
    const { code, stderr } = await runCommand(args, environment())
    assert.equal(code, 1, args.join(" "))
    assert.match(stderr, /not migrated.*Run migrate: npm run sf-shadow -- migrate/)
  }
})

test("migrate from three processes at once migrates once, and again changes nothing", async () => {
  const runs = await Promise.all([1, 2, 3].map(() => runCommand(["migrate"], environment())))
  assert.deepEqual(
    runs.filter(({ code, stderr }) => code !== 0 || /error/i.test(stderr)),
    [],
  )
  assert.equal(runs.filter(({ stdout }) => /0001_shadow\.sql/.test(stdout)).length, 1)
  assert.equal(runs.filter(({ stdout }) => /none were missing/.test(stdout)).length, 2)
})

test("status answers on the migrated database, as text and as JSON with one lag row per object", async () => {
  const text = await runCommand(["status"], environment())
  assert.equal(text.code, 0, text.stderr)
  assert.match(text.stdout, /^Freshness\n.*\bobject\b/)
  const { code, stdout } = await runCommand(["status", "--json"], environment())
  assert.equal(code, 0)
  const { lag } = JSON.parse(stdout) as { lag: { object: string }[] }
  assert.deepEqual(lag.map(({ object }) => object).sort(), ["Account", "PricebookEntry", "Product2"])
})

test("an unknown object exits 2 and lists the known ones", async () => {
  const { code, stderr } = await runCommand(["backfill", "Produkt2"], environment())
  assert.equal(code, 2)
  assert.match(stderr, /Produkt2.*Product2, .*PricebookEntry/)
})

test("a database that does not exist, and a wrong password, exit 1 and say so", async () => {
  const absent = environment().DATABASE_URL?.replace(/postgres$/, "absent") ?? ""
  assert.match(
    (await runCommand(["status"], { DATABASE_URL: absent })).stderr,
    /\/absent does not exist on that server/,
  )
  const wrong = environment().DATABASE_URL?.replace(/:[^:@]+@/, ":hunter2@") ?? ""
  const { code, stderr } = await runCommand(["status"], { DATABASE_URL: wrong })
  assert.equal(code, 1)
  assert.match(stderr, /refused the user or password/)
  assert.doesNotMatch(stderr, /hunter2/)
})
