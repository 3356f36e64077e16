import assert from "node:assert/strict"
import { after, before, beforeEach, describe, it } from "node:test"
import { SalesforceError } from "../../src/salesforce/errors.ts"
import type { ApiUsage } from "../../src/salesforce/http.ts"
import { createSession, type Session } from "../../src/salesforce/session.ts"
import { type Handler, type HttpsServer, startOrgStub } from "./https_server.ts"

const path = "/services/data/v66.0/sobjects/Product2"
const purpose = "Read of Product2"

describe("A call to the org", () => {
  let server: HttpsServer
  let answer: Handler
  let session: Session
  const usage: ApiUsage[] = []

  before(async () => {
    server = await startOrgStub((request, response, body) => answer(request, response, body))
  })
  beforeEach(async () => {
    await session?.close()
    session = createSession({ ...server.config, httpIdleMs: 200 }, { onLimit: (seen) => usage.push(seen) })
    await session.credentials()
    server.requests.length = 0
  })
  after(async () => {
    await session.close()
    await server.close()
  })

  const failure = async (call: Promise<unknown>): Promise<SalesforceError> => {
    const error = await call.then(
      () => assert.fail("no error"),
      (reason: unknown) => reason,
    )
    assert.ok(error instanceof SalesforceError, String(error))
    return error
  }
  /** Answers with these in turn, the last one for ever. */
  const inTurn = (...handlers: Handler[]) => {
    let next = 0
    answer = (...call) => handlers[Math.min(next++, handlers.length - 1)]?.(...call)
  }
  const says = (status: number, body = "{}", headers: Record<string, string> = {}): Handler => {
    return (_request, response) => {
      response.writeHead(status, headers).end(body)
    }
  }

  it("renews an expired token once for all calls that find it expired", async () => {
    const fresh = createSession(server.config)
    const stale = (await fresh.credentials()).accessToken
    answer = (request, response) => {
      const expired = request.headers.authorization === `Bearer ${stale}`
      response.statusCode = expired ? 401 : 200
      response.end(expired ? '[{"errorCode":"INVALID_SESSION_ID","message":"Session expired"}]' : "{}")
    }
    server.requests.length = 0
    await Promise.all(Array.from({ length: 10 }, () => fresh.send({ path, purpose })))
    assert.equal(server.requests.filter((request) => request.includes("oauth2/token")).length, 1)
    assert.notEqual((await fresh.credentials()).accessToken, stale)
    assert.equal(fresh.connection.accessToken, (await fresh.credentials()).accessToken)
    await fresh.close()
  })

  it("gives up after one renewal when a new token is refused too, through jsforce as well", async () => {
    answer = says(401, '[{"errorCode":"INVALID_SESSION_ID","message":"Session expired or invalid"}]')
    for (const call of [() => session.send({ path, purpose }), () => session.connection.request(path)]) {
      server.requests.length = 0
      const error = await failure(Promise.resolve(call()))
      assert.match(
        error.message,
        /Session expired or invalid\. A token issued a moment ago was refused as well/,
      )
      assert.deepEqual([error.status, error.retryable], [401, false])
      assert.equal(server.requests.length, 3)
    }
  })

  it("repeats a GET after passing faults, and waits as long as Retry-After says", async () => {
    inTurn(says(503), says(420, "<html>Edge</html>"), says(200, '{"ok":true}'))
    assert.equal((await session.send({ path, purpose })).text, '{"ok":true}')
    assert.equal(server.requests.length, 3)
    inTurn(says(429, "", { "retry-after": "1" }), says(200))
    const startedAt = performance.now()
    await session.send({ path, purpose })
    assert.ok(performance.now() - startedAt >= 990)
  })

  it("gives up at once when Retry-After asks for longer than a call may take", async () => {
    answer = says(503, "", { "retry-after": "600" })
    const error = await failure(session.send({ path, purpose }))
    assert.deepEqual([error.retryAfterMs, error.retryable, server.requests.length], [600_000, true, 1])
  })

  it("never repeats a POST unless it is said to be harmless", async () => {
    inTurn(says(503), says(200))
    await failure(session.send({ method: "POST", path, purpose, body: "{}" }))
    assert.equal(server.requests.length, 1)
    inTurn(says(503), says(200))
    await session.send({ method: "POST", path, purpose, body: "{}", repeatable: true })
    assert.equal(server.requests.length, 3)
  })

  it("repeats a GET whose body breaks off or stands still", async () => {
    inTurn(
      (_request, response) => {
        response.writeHead(200, { "content-length": "100" })
        response.write("{", () => response.destroy())
      },
      (_request, response) => {
        response.writeHead(200).write("{")
      },
      says(200, '{"whole":1}'),
    )
    assert.equal((await session.send({ path, purpose })).text, '{"whole":1}')
    assert.equal(server.requests.length, 3)
  })

  it("ends a call that gets no answer, and says which setting decides that", async () => {
    answer = () => {}
    const error = await failure(session.send({ method: "POST", path, purpose, body: "{}" }))
    assert.match(
      error.message,
      /^Read of Product2: 127.0.0.1:\d+ did not answer within 2.5 times SF_HTTP_IDLE_S/,
    )
  })

  it("decodes every form of error body", async () => {
    const cases: [number, string, string, RegExp][] = [
      [
        400,
        '[{"errorCode":"INVALID_FIELD","message":"No such column \'Nom\'"}]',
        "INVALID_FIELD",
        /^Read of Product2: Salesforce answered HTTP 400 INVALID_FIELD: No such column 'Nom' \(check the field/,
      ],
      [404, '{"errorCode":"NOT_FOUND","message":"gone"}', "NOT_FOUND", /NOT_FOUND: gone$/],
      [400, '{"error":"invalid_grant","error_description":"expired"}', "invalid_grant", /expired/],
      [
        404,
        "<html><style>p{}</style><b>Down</b> for\n maintenance</html>",
        "HTTP_404",
        /: Down for maintenance$/,
      ],
      [404, "", "HTTP_404", /: an answer without a body$/],
      [404, "[]", "HTTP_404", /: \[\]$/],
    ]
    for (const [status, body, code, message] of cases) {
      answer = says(status, body)
      const error = await failure(session.send({ path, purpose }))
      assert.deepEqual([error.code, error.status], [code, status])
      assert.match(error.message, message)
    }
  })

  it("reports a used-up limit as retryable, without asking again now", async () => {
    answer = says(403, '[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests Limit exceeded."}]')
    const error = await failure(session.send({ path, purpose }))
    assert.deepEqual([error.retryable, server.requests.length], [true, 1])
  })

  it("reports API usage and Salesforce's time from every answer, errors and jsforce's included", async () => {
    const info = { "sforce-limit-info": "api-usage=25/5000; per-app-api-usage=17/250(appName=x)" }
    const ahead = new Date(Date.now() + 86_400_000).toUTCString()
    answer = says(404, "[]", { ...info, date: ahead })
    usage.length = 0
    await failure(session.send({ path, purpose }))
    await failure(Promise.resolve(session.connection.request(path)))
    assert.deepEqual(usage, [
      { used: 25, max: 5000 },
      { used: 25, max: 5000 },
    ])
    assert.ok(session.clock.latest().getTime() > Date.now() + 86_000_000)
  })

  it("ends running and waiting calls when the session closes", async () => {
    const { promise: bothArrived, resolve } = Promise.withResolvers<void>()
    inTurn(says(503, "", { "retry-after": "50" }), () => resolve())
    const waiting = failure(session.send({ path, purpose }))
    const running = failure(session.send({ method: "POST", path, purpose, body: "{}" }))
    await bothArrived
    await session.close()
    assert.equal((await waiting).status, 503)
    assert.match((await running).message, /given up because the service is stopping/)
  })
})
