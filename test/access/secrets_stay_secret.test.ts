import assert from "node:assert/strict"
import { test } from "node:test"
import type pg from "pg"
import { runCommand } from "../commands/process.ts"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { startRedis, withoutRedis } from "../harness/redis.ts"
import { launchService, startService } from "../harness/service.ts"
import { settle } from "../harness/settled.ts"
import { waitFor } from "../harness/wait.ts"

const planted = {
  database: "planted+database/secret",
  redis: "planted+redis/secret",
  wrong: "planted+wrong/secret",
  token: "planted+token/secret-0123456789abcdef",
}

/** Texts that must be nowhere, with the forms in which they travel. */
function forms(secret: string): string[] {
  const url = new URL("redis://host")
  url.password = secret
  return [
    ...new Set([secret, encodeURIComponent(secret), url.password, Buffer.from(secret).toString("base64")]),
  ]
}

function assertHolds(place: string, text: string, secrets: ReadonlyMap<string, string>): void {
  for (const [name, secret] of secrets) {
    for (const form of forms(secret)) {
      const at = text.indexOf(form)
      if (at < 0) continue
      assert.fail(`${name} is in ${place}: ...${text.slice(Math.max(0, at - 200), at)}[HERE]`)
    }
  }
}

/** Every row of every table of ours, as text. */
async function tablesText(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('public', 'sf_shadow', 'sf_shadow_compiled', 'sf_shadow_worker') and c.relkind in ('r', 'v')`,
  )
  assert.ok(rows.length > 40)
  const texts = await Promise.all(
    rows.map(async ({ name }) => {
      const { rows } = await pool.query<{ text: string }>(`select t::text as text from ${name} t`)
      return rows.map(({ text }) => text).join("\n")
    }),
  )
  return texts.join("\n")
}

test("secrets are in no log at any level, no answer, no result and no table", {
  skip: withoutRedis,
}, async (t) => {
  const { url, pool } = await createTestDatabase()
  const name = new URL(url).pathname.slice(1)
  await pool.query(`create role ${name} login password '${planted.database}' in role ${await owner(pool)}`)
  t.after(() =>
    pool.query(`reassign owned by ${name} to current_user; drop owned by ${name}; drop role ${name}`),
  )
  const as = new URL(url)
  Object.assign(as, { username: name, password: planted.database })
  const redis = await startRedis(
    ["--requirepass", planted.redis],
    `redis://:${encodeURIComponent(planted.redis)}@127.0.0.1:PORT`,
  )
  const { simulator, org, seeded, environment } = await startOrg(t, { products: 5, accounts: 5 })
  const { clientSecret, privateKey } = simulator.credentials
  const tokens: string[] = []
  const issue = simulator.sessions.issue.bind(simulator.sessions)
  simulator.sessions.issue = () => {
    tokens.push(issue())
    return tokens.at(-1) as string
  }
  const variables: Record<string, string> = {
    ...environment(as.href),
    SF_AUTH: "client-credentials",
    SF_CLIENT_SECRET: clientSecret,
    REDIS_URL: redis.url,
    LOG_LEVEL: "trace",
    HTTP_TOKEN: planted.token,
  }
  const written: [string, string][] = []
  const run = async (args: string[], change: Record<string, string> = {}) => {
    const { code, stdout, stderr } = await runCommand(args, { ...variables, ...change })
    written.push([
      `${args.join(" ")} with ${Object.keys(change).join(", ") || "all in order"}`,
      stdout + stderr,
    ])
    return code
  }

  assert.equal(await run(["backfill"]), 0)
  const service = await startService(t, variables)
  const [, http] = await service.printed(/HTTP on (http:\/\/127\.0\.0\.1:\d+)/, "stderr")
  org.transaction((tx) => tx.update("Product2", seeded.products[0] as string, { Name: "Changed" }))
  await settle(org, pool, 60_000)
  for (const args of [
    ["doctor"],
    ["doctor", "--json"],
    ["status", "--json"],
    ["verify"],
    ["cache", "clear"],
    ["rejects"],
  ]) {
    assert.equal(await run(args), 0, written.at(-1)?.[1])
  }

  // What goes wrong is where secrets get out: each kind once, in a command and in the service.
  assert.equal(await run(["delta"], { SF_AUTH: "jwt", SF_CLIENT_ID: "nobody" }), 1)
  assert.equal(await run(["backfill"], { SF_CLIENT_SECRET: planted.wrong }), 1)
  assert.equal(await run(["doctor"], { SF_CLIENT_SECRET: planted.wrong }), 1)
  const wrongPassword = new URL(as.href)
  wrongPassword.password = planted.wrong
  const refused = `postgres://shadow:${encodeURIComponent(planted.wrong)}@127.0.0.1:1/shadow`
  for (const DATABASE_URL of [wrongPassword.href, refused]) {
    assert.equal(await run(["status"], { DATABASE_URL }), 1)
    assert.equal(await run(["migrate"], { DATABASE_URL }), 1)
    assert.equal(await run(["doctor", "--json"], { DATABASE_URL }), 1)
  }
  for (const REDIS_URL of [
    `redis://:${encodeURIComponent(planted.wrong)}@127.0.0.1:${redis.port}`,
    `redis://:${encodeURIComponent(planted.wrong)}@127.0.0.1:1`,
  ]) {
    assert.equal(await run(["doctor"], { REDIS_URL }), 1)
    assert.equal(await run(["cache", "clear"], { REDIS_URL }), 1)
  }
  assert.equal(await run(["run"], { DATABASE_URL: `postgres//x:${planted.wrong}@h` }), 2)
  assert.equal(await run(["run"], { SF_PRIVATE_KEY: planted.wrong, SF_AUTH: "jwt" }), 2)
  for (const change of [
    { SF_CLIENT_SECRET: planted.wrong } as Record<string, string>,
    { REDIS_URL: `redis://:${encodeURIComponent(planted.wrong)}@127.0.0.1:${redis.port}` },
  ]) {
    const failing = launchService(t, { ...variables, ...change, REDIS_CONSUMER: "other" })
    const [, at] = await failing.printed(/HTTP on (http:\/\/127\.0\.0\.1:\d+)/, "stderr")
    await failing.printed(/"event":"service_started"/, "stderr")
    const said = "REDIS_URL" in change ? /WRONGPASS/ : /invalid client credentials/
    await waitFor("/readyz says what is wrong", 30_000, async () => {
      const answer = await get(`${at}/readyz`, planted.token)
      written.push([`/readyz with ${Object.keys(change)}`, answer])
      return said.test(answer)
    })
    await failing.kill()
    written.push([`run with ${Object.keys(change)}`, failing.output.stderr])
  }

  // A token that Salesforce has taken back, a stream that is cut, SQL that fails, a database that ends connections.
  simulator.sessions.expireAll()
  await pool.query("alter table sf_shadow.dirty rename to moved")
  org.transaction((tx) =>
    tx.update("Account", seeded.accounts[0] as string, { Internet_Eligibility__c: "Changed" }),
  )
  await service.printed(/"err":\{[^\n]*sf_shadow\.dirty/, "stderr")
  await pool.query("alter table sf_shadow.moved rename to dirty")
  await pool.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = $1",
    [name],
  )
  await settle(org, pool, 60_000)
  for (const path of ["/metrics", "/readyz", "/healthz", "/", "/no-such-path"]) {
    written.push([path, await get(http + path, planted.token)])
    written.push([`${path} with a wrong token`, await get(http + path, planted.wrong)])
  }
  await service.stop()
  written.push(["the service's log", service.output.stderr])
  written.push(["the tables", await tablesText(pool)])

  assert.ok(tokens.length > 5, "the service has logged in again")
  assert.match(service.output.stderr, /"level":"trace"|"level":"debug"/, "the log is as talkative as it gets")
  const key = privateKey.split("\n").slice(1, -2)
  const secrets = new Map([
    ...Object.entries(planted),
    ["client secret", clientSecret] as const,
    ...tokens.map((token, n) => [`access token ${n}`, token] as const),
    ...key.map((line, n) => [`line ${n} of the private key`, line] as const),
  ])
  for (const [place, text] of written) assertHolds(place, text, secrets)
  assert.throws(() => assertHolds("here", `x ${clientSecret}`, secrets), /client secret is in here/)
})

async function get(url: string, token: string): Promise<string> {
  return (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).text()
}

async function owner(pool: pg.Pool): Promise<string> {
  return (await pool.query<{ name: string }>("select current_user as name")).rows[0]?.name as string
}
