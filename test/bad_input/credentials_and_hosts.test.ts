import assert from "node:assert/strict"
import { generateKeyPairSync } from "node:crypto"
import { test } from "node:test"
import { startCommand } from "../commands/process.ts"
import { endsWith } from "../harness/command.ts"
import { differences } from "../harness/differences.ts"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { launchService } from "../harness/service.ts"
import { waitFor } from "../harness/wait.ts"

const { url, pool } = await createTestDatabase()

test("a private key that is not the app's: exit 1 names SF_PRIVATE_KEY and never prints it", async (t) => {
  const { environment } = await startOrg(t)
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  })
  const { stdout, stderr } = await endsWith(1, ["backfill", "Account"], {
    ...environment(url),
    SF_PRIVATE_KEY: privateKey,
  })
  assert.match(stderr, /Account.*invalid_grant.*check that SF_PRIVATE_KEY belongs to the certificate/)
  assert.ok(!`${stdout}${stderr}`.includes(privateKey.split("\n")[1] as string))
})

test("a login host that cannot be reached: said at once, with host and SF_LOGIN_URL, and tried again", async (t) => {
  const { environment } = await startOrg(t)
  const running = startCommand(["backfill", "Account"], {
    ...environment(url),
    SF_LOGIN_URL: "https://127.0.0.1:1",
  })
  t.after(() => running.child.kill("SIGKILL"))
  await running.printed(/127\.0\.0\.1:1.*SF_LOGIN_URL.*Trying again in/, "stderr")
  running.child.kill("SIGINT")
  assert.equal(await running.ended, 130)
})

test("a service whose login is refused says so, stays, and works once it is let in", async (t) => {
  const { org, simulator, environment } = await startOrg(t, { products: 5, accounts: 5 })
  const refused = org.faults.arm("http.status", {
    path: /oauth2\/token/,
    status: 400 as const,
    body: JSON.stringify({ error: "invalid_grant", error_description: "invalid assertion" }),
    times: Number.POSITIVE_INFINITY,
  })
  const service = launchService(t, environment(url))
  await service.printed(/invalid_grant.*check that SF_PRIVATE_KEY/, "stderr")
  await pool.query(`select add_job('backfill', '{"object":"Account"}')`)
  await waitFor("the load says why it waits", 15_000, async () => {
    const { rows } = await pool.query(
      "select error from sf_shadow_run where object = 'Account' order by run_id desc",
    )
    return rows[0]?.error?.match(/SF_PRIVATE_KEY/)
  })
  org.faults.disarm(refused)
  await pool.query("select add_job('backfill')")
  await waitFor("everything is loaded", 30_000, async () => (await differences(org, pool)).length === 0)
  await waitFor("the streams are open", 30_000, () => simulator.pubsub.openStreams() === 3)
  await service.stop()
})
