import assert from "node:assert/strict"
import { test } from "node:test"
import { createQueryJob } from "../../src/salesforce/bulk.ts"
import { SalesforceError } from "../../src/salesforce/errors.ts"
import { countRecords, readRecords } from "../../src/salesforce/records.ts"
import { createSession } from "../../src/salesforce/session.ts"
import type { OldHost } from "../../src/simulator/http/moved.ts"
import { type HttpsServer, startHttps, token } from "./https_server.ts"
import { orgTest } from "./simulated_org.ts"

const oldHosts: OldHost[] = ["redirects", "url-not-reset", "hangs-up", "refuses"]

for (const old of oldHosts) {
  orgTest(`the old host ${old}: reads, jsforce's too, go to where the login says the org is`, async (org) => {
    const { session, simulator, seeded } = org
    // So that the login host is another one than the instance that goes away.
    await simulator.move({ old: "redirects" })
    const [id] = seeded.accounts
    await countRecords(session, "Account")
    const before = await session.credentials()
    await simulator.move({ old })
    const [count, read] = await Promise.all([
      countRecords(session, "Account"),
      readRecords(session, { object: "Account", fields: ["Name"], ids: [String(id)] }),
    ])
    assert.deepEqual([count, read.records.length], [5, 1])
    const after = await session.credentials()
    assert.notEqual(after.instanceUrl, before.instanceUrl)
    assert.equal(after.instanceUrl, simulator.instanceUrl())
    assert.equal(session.connection.instanceUrl, simulator.instanceUrl())
  })

  orgTest(
    `the old host ${old}: a bulk job is created once at the new one, or the caller may ask again`,
    async (org) => {
      const { session, simulator } = org
      await simulator.move({ old: "redirects" })
      await countRecords(session, "Account")
      await simulator.move({ old })
      const ask = () =>
        createQueryJob(session, { object: "Account", soql: "select Id from Account", operation: "query" })
      if (old === "hangs-up") {
        // Whether it has arrived is not known: it is the caller's to decide whether another one does harm.
        await assert.rejects(ask(), (error: SalesforceError) => error.retryable)
        await ask()
      } else await ask()
      assert.equal(simulator.org.usage.bulkQueryJobs.used, 1)
    },
  )
}

orgTest(
  "what answers a login with another org is refused, and gets no call",
  async ({ config, simulator }) => {
    let own: string | undefined
    const session = createSession(config, {
      async onLogin({ instanceUrl }) {
        own ??= instanceUrl
        if (instanceUrl === own) return
        throw new SalesforceError("this database belongs to another org", {
          code: "WRONG_ORGANIZATION",
          retryable: false,
        })
      },
    })
    try {
      await countRecords(session, "Account")
      const { used } = simulator.org.usage.apiRequests
      await simulator.move({ old: "url-not-reset" })
      await assert.rejects(countRecords(session, "Account"), { code: "WRONG_ORGANIZATION" })
      assert.equal(simulator.org.usage.apiRequests.used, used)
      assert.equal((await session.credentials()).instanceUrl, own)
    } finally {
      await session.close()
    }
  },
)

test("an instance that does not answer costs few logins, shared by all calls, and no token goes to another host", async () => {
  let logins = 0
  const strangers: string[] = []
  const stranger = await startHttps((request, response) => {
    strangers.push(`${request.url} ${request.headers.authorization}`)
    response.end("{}")
  })
  const server: HttpsServer = await startHttps((request, response) => {
    if (request.url === "/services/oauth2/token") {
      logins += 1
      response.end(token(server, logins))
    } else response.writeHead(302, { location: `${stranger.url}${request.url}` }).end()
  })
  const session = createSession(server.config)
  try {
    const calls = Array.from({ length: 20 }, () =>
      session.send({ method: "POST", path: "/services/data/v66.0/x", purpose: "Test", body: "{}" }).then(
        () => assert.fail("no error"),
        (error: SalesforceError) => error,
      ),
    )
    for (const error of await Promise.all(calls)) {
      assert.deepEqual([error.status, error.retryable], [302, true])
      assert.match(error.message, /redirects to https:\/\/127.*no login gives another host yet/)
    }
    assert.equal(logins, 2, "the first one, and one to see whether the org has moved")
    assert.deepEqual(strangers, [])
  } finally {
    await session.close()
    await server.close()
    await stranger.close()
  }
})
