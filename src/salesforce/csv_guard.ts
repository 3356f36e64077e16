import { Transform, type TransformCallback } from "node:stream"
import { markBytes, wholeCharacters } from "../base/unstorable.ts"
import { SalesforceError } from "./errors.ts"

const quote = 0x22
const lineFeed = 0x0a
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf])
/** A header line longer than this is no header: all field names of an object are far shorter. */
const maxHeaderBytes = 256 * 1_024

/** What a page is checked against, and what its errors name. */
export interface CsvGuardOptions {
  /** The columns asked for, in order; compared without regard to case, as SOQL reads names. */
  columns: readonly string[]
  object: string
  jobId: string
}

/**
 * Passes one CSV result page on, byte for byte, and checks it on the way: its header is the one asked for,
 * its last record is whole, and what Postgres cannot hold is marked. Counts what passes; complete once it has ended.
 * Emits a SalesforceError that names the job and the object. An empty page passes: the count decides there.
 */
export class CsvGuard extends Transform {
  /** Records seen (the header is none), in the sense of CSV: line breaks in quotes do not count. */
  records = 0
  /** Whether something was marked (see `mark`). */
  hasMarks = false
  /** Bytes received. */
  bytes = 0

  readonly #options: CsvGuardOptions
  #header: Buffer[] | undefined = []
  #headerBytes = 0
  #inQuotes = 0
  #lastByte = lineFeed
  /** The first bytes of a character that the next chunk ends. */
  #begun: Buffer = Buffer.alloc(0)

  constructor(options: CsvGuardOptions) {
    super()
    this.#options = options
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.bytes += chunk.length
    if (this.#header) this.#readHeader(this.#header, chunk, done)
    else done(null, this.#scan(chunk))
  }

  override _flush(done: TransformCallback): void {
    const line = this.#header && Buffer.concat(this.#header)
    if (line) done(line.length === 0 ? null : this.#compareHeader(line), line)
    else if (this.#inQuotes) done(this.#cutShort("inside a quoted value"))
    else if (this.#lastByte !== lineFeed) done(this.#cutShort("without the line break of its last record"))
    else done()
  }

  /** Collects chunks up to the end of the header line, then checks it and passes all of them on. */
  #readHeader(collected: Buffer[], chunk: Buffer, done: TransformCallback): void {
    const end = chunk.indexOf(lineFeed)
    collected.push(chunk)
    this.#headerBytes += end < 0 ? chunk.length : end + 1
    if (this.#headerBytes > maxHeaderBytes) {
      done(this.#failure("BAD_HEADER", "has no header line"))
      return
    }
    if (end < 0) {
      done()
      return
    }
    const start = Buffer.concat(collected)
    this.#header = undefined
    const problem = this.#compareHeader(start.subarray(0, this.#headerBytes))
    if (problem) {
      done(problem)
      return
    }
    this.push(start.subarray(0, this.#headerBytes))
    done(null, this.#scan(start.subarray(this.#headerBytes)))
  }

  /** Counts the records that end in `chunk`; returns what is whole of it, marked. */
  #scan(chunk: Buffer): Buffer {
    if (chunk.length === 0) return chunk
    // A doubled quote toggles twice, so parity alone tells whether a line break is inside a value.
    let inQuotes = this.#inQuotes
    let records = 0
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]
      if (byte === quote) inQuotes ^= 1
      else if (byte === lineFeed) records += inQuotes ^ 1
    }
    this.#inQuotes = inQuotes
    this.records += records
    this.#lastByte = chunk[chunk.length - 1] ?? lineFeed
    return this.#mark(chunk)
  }

  #mark(chunk: Buffer): Buffer {
    const bytes = this.#begun.length > 0 ? Buffer.concat([this.#begun, chunk]) : chunk
    const whole = bytes.subarray(0, wholeCharacters(bytes))
    // What is left over at the end is of a page that was cut short: the last byte of a whole one is a line break.
    this.#begun = bytes.subarray(whole.length)
    const marked = markBytes(whole)
    if (marked !== whole) this.hasMarks = true
    return marked
  }

  #compareHeader(line: Buffer): SalesforceError | null {
    const start = line.subarray(0, 3).equals(byteOrderMark) ? 3 : 0
    const text = line.toString("utf8", start).replace(/\r?\n$/, "")
    const found = text.split(",").map((name) => name.replace(/^"(.*)"$/, "$1"))
    const { columns } = this.#options
    for (let i = 0; i < Math.max(columns.length, found.length); i++) {
      if (columns[i]?.toLowerCase() === found[i]?.toLowerCase()) continue
      const expected = columns[i] === undefined ? "no more columns" : `"${columns[i]}"`
      const got = found[i] === undefined ? "nothing" : `"${found[i]?.slice(0, 80)}"`
      return this.#failure("BAD_HEADER", `has another header: column ${i + 1} is ${got}, not ${expected}`)
    }
    return null
  }

  #cutShort(how: string): SalesforceError {
    const after = `after ${this.records} records and ${this.bytes} bytes`
    return this.#failure(
      "PAGE_CUT_SHORT",
      `was cut short: it ends ${how}, ${after}; it will be fetched again`,
    )
  }

  #failure(code: string, what: string): SalesforceError {
    const { jobId, object } = this.#options
    return new SalesforceError(`A result page of bulk job ${jobId} (${object}) ${what}`, {
      code,
      retryable: code === "PAGE_CUT_SHORT",
    })
  }
}
