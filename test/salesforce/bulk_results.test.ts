import assert from "node:assert/strict"
import { text } from "node:stream/consumers"
import { after, before, describe, it } from "node:test"
import { gzipSync } from "node:zlib"
import { openResultPage } from "../../src/salesforce/bulk_results.ts"
import { SalesforceError } from "../../src/salesforce/errors.ts"
import { createSession, type Session } from "../../src/salesforce/session.ts"
import { type Handler, type HttpsServer, startOrgStub } from "./https_server.ts"

const jobId = "750R0000000zxr8IAA"
const csv = `"Id","Name"\n${'"01tR00000000001IAA","Été ""24"""\n'.repeat(2_000)}`
const good = {
  "content-type": "text/csv; charset=UTF-8",
  "sforce-locator": "null",
  "sforce-numberofrecords": "2000",
}
const first = { locator: null, maxRecords: 2_000 }

describe("A result page of a bulk job", () => {
  let server: HttpsServer
  let session: Session
  let answer: Handler

  before(async () => {
    server = await startOrgStub((request, response, body) => answer(request, response, body))
    session = createSession({ ...server.config, httpIdleMs: 300 })
    await session.credentials()
  })
  after(async () => {
    await session.close()
    await server.close()
  })

  const failure = async (work: Promise<unknown>, code: string, message: RegExp): Promise<void> => {
    const error = await work.then(
      () => assert.fail("no error"),
      (reason: unknown) => reason,
    )
    assert.ok(error instanceof SalesforceError, String(error))
    assert.equal(error.code, code)
    assert.match(error.message, /bulk job 750R0000000zxr8IAA/)
    assert.match(error.message, message)
    assert.equal(error.retryable, true)
  }
  const readFirst = async () => text((await openResultPage(session, jobId, first)).body)

  it("arrives unzipped, with its count and the locator of the next page, which goes out encoded", async () => {
    let asked: URL | undefined
    answer = (request, response) => {
      asked = new URL(`${request.url}`, server.url)
      assert.equal(request.headers["accept-encoding"], "gzip")
      const headers = { ...good, "content-encoding": "gzip", "sforce-locator": "MDow/R2+Fi=" }
      response.writeHead(200, headers).end(gzipSync(csv))
    }
    const page = await openResultPage(session, jobId, { locator: "a+b/c&maxRecords=1", maxRecords: 2_000 })
    assert.equal(await text(page.body), csv)
    assert.deepEqual([page.numberOfRecords, page.nextLocator], [2000, "MDow/R2+Fi="])
    assert.deepEqual(
      [...(asked?.searchParams ?? [])],
      [
        ["locator", "a+b/c&maxRecords=1"],
        ["maxRecords", "2000"],
      ],
    )
    answer = (_request, response) => response.writeHead(200, good).end(csv)
    const last = await openResultPage(session, jobId, first)
    assert.equal(await text(last.body), csv)
    assert.equal(last.nextLocator, null)
  })

  it("is refused when a header that says what it holds is missing or odd", async () => {
    const { "sforce-locator": _1, ...noLocator } = good
    const { "sforce-numberofrecords": _2, ...noCount } = good
    answer = (_request, response) => response.writeHead(200, noLocator).end(csv)
    await failure(readFirst(), "BAD_PAGE_HEADER", /the first page .* has no Sforce-Locator header/)
    answer = (_request, response) => response.writeHead(200, noCount).end(csv)
    await failure(readFirst(), "BAD_PAGE_HEADER", /has no Sforce-NumberOfRecords header/)
    answer = (_request, response) =>
      response.writeHead(200, { ...good, "sforce-numberofrecords": "many" }).end(csv)
    await failure(readFirst(), "BAD_PAGE_HEADER", /"many"/)
  })

  it("is refused when it is an HTML page, and tells its first words, gzipped or not", async () => {
    const html = "<html><title>Maintenance</title><p>We will be back soon</p></html>"
    answer = (_request, response) => response.writeHead(200, { "content-type": "text/html" }).end(html)
    await failure(readFirst(), "NOT_CSV", /text\/html where CSV was due: Maintenance We will be back soon/)
    const zipped = { "content-type": "text/html", "content-encoding": "gzip" }
    answer = (_request, response) => response.writeHead(200, zipped).end(gzipSync(html))
    await failure(readFirst(), "NOT_CSV", /We will be back soon/)
    answer = (_request, response) => {
      response.removeHeader("content-type")
      response.writeHead(200).end()
    }
    await failure(readFirst(), "NOT_CSV", /answered no content type where CSV was due: an empty body/)
    answer = (_request, response) => {
      response.writeHead(200, { "content-type": "text/html" }).write("<p>We will be back")
      // In a packet of its own.
      setTimeout(() => response.end(" in an hour"), 50)
    }
    await failure(readFirst(), "NOT_CSV", /We will be back in an hour/)
  })

  it("is refused when it is an HTML page without an end", { timeout: 20_000 }, async () => {
    const { promise: closed, resolve } = Promise.withResolvers<void>()
    answer = (_request, response) => {
      response.writeHead(200, { "content-type": "text/html" })
      const writing = setInterval(() => response.write("<p>Wait</p>".repeat(1_000)), 10)
      response.on("close", () => {
        clearInterval(writing)
        resolve()
      })
    }
    await failure(readFirst(), "NOT_CSV", /Wait Wait/)
    await closed
  })

  it("closes the connection when it is refused, and its error names the page", {
    timeout: 20_000,
  }, async () => {
    const { promise: closed, resolve } = Promise.withResolvers<void>()
    answer = (_request, response) => {
      response.on("close", resolve)
      response.writeHead(200, { ...good, "sforce-numberofrecords": "many" }).write(csv.slice(0, 1_000))
    }
    const second = openResultPage(session, jobId, { locator: "MDow", maxRecords: 2_000 })
    await failure(second, "BAD_PAGE_HEADER", /Download of the page at locator MDow of bulk job/)
    await closed
  })

  it("fails, and does not end, when its body breaks off, plain, gzipped, or cleanly inside the gzip", async () => {
    answer = (_request, response) => {
      response.writeHead(200, good)
      response.write(csv.slice(0, 40_000), () => response.destroy())
    }
    await failure(readFirst(), "UND_ERR_SOCKET", /the connection to 127.0.0.1:\d+ broke/)
    const half = gzipSync(csv).subarray(0, 100)
    answer = (_request, response) => {
      response.writeHead(200, { ...good, "content-encoding": "gzip" })
      response.write(half, () => response.destroy())
    }
    await failure(readFirst(), "UND_ERR_SOCKET", /broke/)
    answer = (_request, response) =>
      response.writeHead(200, { ...good, "content-encoding": "gzip" }).end(half)
    await failure(readFirst(), "Z_BUF_ERROR", /the answer of 127.0.0.1:\d+ was cut short/)
  })

  it("fails when its body stands still for longer than the idle time", async () => {
    answer = (_request, response) => {
      response.writeHead(200, good).write(csv.slice(0, 1_000))
    }
    await failure(readFirst(), "UND_ERR_BODY_TIMEOUT", /stopped sending in the middle/)
  })

  it("waits for a reader that is slower than the idle time", async () => {
    const large = csv.repeat(50)
    answer = (_request, response) => response.writeHead(200, good).end(large)
    const { body } = await openResultPage(session, jobId, first)
    // The pause is the thing tested: a COPY that waits for a lock must not lose the page.
    await new Promise((done) => setTimeout(done, 700))
    assert.equal((await text(body)).length, large.length)
  })

  it("keeps its error for a reader that comes later", async () => {
    answer = (_request, response) => {
      response.writeHead(200, good)
      response.write(csv.slice(0, 1_000), () => response.destroy())
    }
    const { body } = await openResultPage(session, jobId, first)
    await new Promise((done) => body.once("close", done))
    await failure(text(body), "UND_ERR_SOCKET", /broke/)
  })

  it("closes the connection when its reader gives it up", async () => {
    const { promise: closed, resolve } = Promise.withResolvers<void>()
    answer = (_request, response) => {
      response.on("close", resolve)
      response.writeHead(200, { ...good, "content-encoding": "gzip" }).write(gzipSync(csv).subarray(0, 100))
    }
    const { body } = await openResultPage(session, jobId, first)
    body.destroy()
    await closed
  })

  it("opens after a passing fault and an expired token", async () => {
    let calls = 0
    answer = (_request, response) => {
      calls += 1
      if (calls === 1) response.writeHead(502).end("<html>Bad gateway</html>")
      else if (calls === 2) response.writeHead(401).end("[]")
      else response.writeHead(200, good).end(csv)
    }
    assert.equal(await readFirst(), csv)
  })
})
