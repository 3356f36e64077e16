import assert from "node:assert/strict"
import { Readable } from "node:stream"
import { describe, it } from "node:test"
import { parse } from "csv-parse/sync"
import fc from "fast-check"
import { mark } from "../../src/base/unstorable.ts"
import { CsvGuard } from "../../src/salesforce/csv_guard.ts"
import { SalesforceError } from "../../src/salesforce/errors.ts"

const options = { columns: ["Id", "Name"], object: "Product2", jobId: "750R0000000zxr8IAA" }
const header = '"Id","Name"\n'

async function pass(chunks: Buffer[]): Promise<{ guard: CsvGuard; text: string }> {
  const guard = new CsvGuard(options)
  const out: Buffer[] = []
  for await (const chunk of Readable.from(chunks).compose(guard)) out.push(chunk as Buffer)
  return { guard, text: Buffer.concat(out).toString("utf8") }
}

function split(bytes: Buffer, size: number): Buffer[] {
  const chunks: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size))
  return chunks
}

async function refusal(text: string): Promise<SalesforceError> {
  const error = await pass([Buffer.from(text)]).then(
    () => assert.fail("passed"),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof SalesforceError, String(error))
  assert.match(error.message, /750R0000000zxr8IAA \(Product2\)/)
  return error
}

describe("The guard on a result page", () => {
  it("passes every byte on and counts records as a CSV parser does, wherever the chunks are cut", async () => {
    const value = fc.string({ unit: fc.constantFrom("a", '"', "\n", ",", "é", "#N/A", "\r") })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(value, value)),
        fc.integer({ min: 1, max: 40 }),
        async (rows, size) => {
          const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
          const page = header + rows.map((row) => `${row.map(quoted).join(",")}\n`).join("")
          const { guard, text } = await pass(split(Buffer.from(page), size))
          assert.equal(text, page)
          assert.equal(guard.bytes, Buffer.byteLength(page))
          assert.equal(guard.records, parse(page, { columns: true }).length)
        },
      ),
    )
  })

  it("marks what Postgres cannot hold, wherever the chunks are cut, and nothing else", async () => {
    const marks = (...whats: string[]) => whats.map(mark).join("")
    const values: [bytes: Buffer, passed: string][] = [
      [Buffer.from("a\0b\0"), `a${marks("u0000")}b${marks("u0000")}`],
      [Buffer.from("na\xefve", "latin1"), `na${marks("xef")}ve`],
      [Buffer.from("cut \xed\xa0\xbd", "latin1"), `cut ${marks("ud83d")}`],
      [Buffer.from("\xe2\x82 \xc0\x80", "latin1"), `${marks("xe2", "x82")} ${marks("xc0", "x80")}`],
      [Buffer.from("\xf5 \xf0\x9f\x98", "latin1"), `${marks("xf5")} ${marks("xf0", "x9f", "x98")}`],
      [Buffer.from("naïve 日本 😀 \ue000u0000 \ufffd"), "naïve 日本 😀 \ue000u0000 \ufffd"],
    ]
    for (let size = 1; size < 12; size++) {
      for (const [bytes, passed] of values) {
        const page = Buffer.concat([Buffer.from(`${header}"1","`), bytes, Buffer.from('"\n"2","c"\n')])
        const { guard, text } = await pass(split(page, size))
        assert.equal(text, `${header}"1","${passed}"\n"2","c"\n`)
        const isClean = bytes.toString() === passed
        assert.deepEqual([guard.hasMarks, guard.records, guard.bytes], [!isClean, 2, page.length])
      }
    }
  })

  it("takes a header without quotes, in another case, with a byte order mark or a CR", async () => {
    for (const line of ["Id,Name\n", '"ID","name"\n', '\uFEFF"Id","Name"\n', '"Id","Name"\r\n']) {
      assert.equal((await pass([Buffer.from(`${line}"1","a"\n`)])).guard.records, 1)
    }
  })

  it("takes a page without records, with and without a header: the count decides there", async () => {
    for (const page of ["", header, header.trim()]) {
      assert.equal((await pass([Buffer.from(page)])).guard.records, 0)
    }
  })

  it("refuses another header and names the first column that differs", async () => {
    assert.match((await refusal('"Id","Nom"\n"1","a"\n')).message, /column 2 is "Nom", not "Name"/)
    assert.match((await refusal('"Id"\n"1"\n')).message, /column 2 is nothing, not "Name"/)
    assert.match((await refusal('"Id","Name","X"\n')).message, /column 3 is "X", not no more columns/)
    const endless = await refusal("x".repeat(300_000))
    assert.deepEqual([endless.code, endless.retryable], ["BAD_HEADER", false])
    assert.match(endless.message, /has no header line$/)
  })

  it("refuses a page that was cut short although an empty chunk came last", async () => {
    const cut = pass([Buffer.from(`${header}"1","a"`), Buffer.alloc(0)])
    await assert.rejects(cut, { code: "PAGE_CUT_SHORT" })
  })

  it("refuses a page cut short at any byte after the header, except between records", async () => {
    const page = `${header}"1","a ""quoted"" one"\n"2","two\nlines"\n`
    const whole = new Set([header.length - 1, header.length, page.indexOf('"2"'), page.length])
    for (let at = 1; at <= page.length; at++) {
      if (whole.has(at)) continue
      const error = await refusal(page.slice(0, at))
      assert.equal(error.code, at < header.length ? "BAD_HEADER" : "PAGE_CUT_SHORT", `cut at ${at}`)
    }
  })
})
