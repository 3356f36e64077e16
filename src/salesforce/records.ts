import { markEscapes } from "../base/unstorable.ts"
import { whileDoing } from "./errors.ts"
import type { SalesforceAnswer } from "./http.ts"
import {
  type Call,
  callOf,
  maxSoqlCharacters,
  parseAnswer,
  query,
  queryPage,
  type RecordBody,
  unexpected,
} from "./query.ts"
import type { Session } from "./session.ts"

/** Which records to read, and which of their fields. */
export interface RecordsRequest extends Call {
  object: string
  /** API names; dotted for a field of a parent (`Product2.ProductCode`). */
  fields: readonly string[]
  /** 18-character ids, each once. */
  ids: readonly string[]
  /** A SOQL condition that a record has to meet, else it counts as missing; null or none: every record counts. */
  filter?: string | null
}

/** Which records to find, by a SOQL condition. */
export interface QueryRequest extends Call {
  object: string
  /** API names; dotted for a field of a parent. */
  fields: readonly string[]
  /** SOQL after `WHERE`, perhaps with ORDER BY and LIMIT; texts in it are written by `soqlText`. */
  where: string
}

/** Full records as a query found them. */
export type RecordsFound = Omit<RecordsRead, "missing">

/** Full records, read by Id. */
export interface RecordsRead {
  /**
   * JSON texts with the requested names as keys (dotted ones too) and numbers as Salesforce wrote them. What Postgres
   * cannot hold is marked (see `mark`).
   */
  records: string[]
  /** Ids without a record: deleted, in the recycle bin, outside the filter, or not visible to the service's user. */
  missing: string[]
  /** Bounds for the moment of the read on Salesforce's clock; the widest over all calls. */
  readFrom: Date
  readTo: Date
}

/** Most ids in one POST (resources_composite_sobjects_collections_retrieve_post.htm). */
const idsPerRetrieve = 2_000
/** An Id in a query's list: 18 characters, two quotes, a comma. */
const idInQuery = 21

type Batch = { found: RecordBody[]; answers: SalesforceAnswer[] }

/**
 * Reads records by Id in as few calls as possible: 2,000 a call by sObject Collections, which gives null for
 * an id without a visible record. Fields of parents are not documented for it, so with them, and with a filter, it is SOQL, as many
 * ids a call as a query may have characters. A record whose `IsDeleted` was asked for and is true counts as missing.
 */
export async function readRecords(session: Session, request: RecordsRequest): Promise<RecordsRead> {
  if (request.ids.length === 0) throw new RangeError("readRecords needs at least one id")
  const byQuery = request.filter != null || request.fields.some((field) => field.includes("."))
  const read = byQuery ? queryBatch : retrieveBatch
  const batchSize = byQuery ? idsPerQuery(request) : idsPerRetrieve
  const found = new Map<string, string>()
  const answers: SalesforceAnswer[] = []
  for (let from = 0; from < request.ids.length; from += batchSize) {
    const batch = await read(session, { ...request, ids: request.ids.slice(from, from + batchSize) })
    answers.push(...batch.answers)
    for (const record of batch.found) {
      if (record.IsDeleted !== true) found.set(String(record.Id), recordText(record, request.fields))
    }
  }
  return {
    records: [...found.values()],
    missing: request.ids.filter((id) => !found.has(id)),
    ...boundsOf(answers),
  }
}

/** Finds records by a condition, all pages of them, as texts of the same form as `readRecords`. */
export async function queryRecords(session: Session, request: QueryRequest): Promise<RecordsFound> {
  const { object, fields, where } = request
  const soql = `SELECT ${withId(fields).join(",")} FROM ${object} WHERE ${where}`
  const { found, answers } = await query(session, soql, `Query of ${object} where ${where}`, request)
  return { records: found.map((record) => recordText(record, fields)), ...boundsOf(answers) }
}

/** One page of a query's records, as texts of the same form as `readRecords`. */
export interface RecordPage extends RecordsFound {
  /** How many records the query finds on all its pages. */
  total: number
  /** Path of the next page; null on the last one. */
  next: string | null
}

/** Asks for a page of a query by its path (`queryPath`, or `next` of the page before). @param fields as the query selects them */
export async function readRecordPage(
  session: Session,
  { path, fields, purpose, ...call }: Call & { path: string; fields: readonly string[]; purpose: string },
): Promise<RecordPage> {
  const { records, totalSize, next, answer } = await queryPage(session, path, purpose, call)
  return {
    records: records.map((record) => recordText(record, fields)),
    total: totalSize,
    next: next ?? null,
    ...boundsOf([answer]),
  }
}

function boundsOf(answers: SalesforceAnswer[]): { readFrom: Date; readTo: Date } {
  return {
    readFrom: new Date(Math.min(...answers.map((answer) => answer.readFrom.getTime()))),
    readTo: new Date(Math.max(...answers.map((answer) => answer.readTo.getTime()))),
  }
}

async function retrieveBatch(session: Session, request: RecordsRequest): Promise<Batch> {
  const { object, fields, ids } = request
  const purpose = `Read of ${ids.length} records of ${object}`
  const answer = await session.send({
    method: "POST",
    path: `${session.basePath}/composite/sobjects/${object}`,
    purpose,
    body: JSON.stringify({ ids, fields: withId(fields) }),
    ...callOf(request),
  })
  const found = parseAnswer(purpose, answer)
  // "The number of sObjects returned matches the number of IDs": a shorter list would pass for deletions.
  if (!Array.isArray(found) || found.length !== ids.length) {
    throw unexpected(purpose, answer, `is no list of ${ids.length} records`)
  }
  return { found: found.filter((record) => record !== null), answers: [answer] }
}

async function queryBatch(session: Session, request: RecordsRequest): Promise<Batch> {
  const purpose = `Read of ${request.ids.length} records of ${request.object}`
  return query(session, queryById(request), purpose, request)
}

function queryById({ object, fields, ids, filter }: RecordsRequest): string {
  const list = ids.map((id) => `'${soqlId(id)}'`).join(",")
  return `SELECT ${withId(fields).join(",")} FROM ${object} WHERE Id IN (${list})${filter == null ? "" : ` AND (${filter})`}`
}

function idsPerQuery(request: RecordsRequest): number {
  const left = maxSoqlCharacters - queryById({ ...request, ids: [] }).length
  return Math.min(Math.max(1, Math.floor(left / idInQuery)), idsPerRetrieve)
}

function soqlId(id: string): string {
  if (/^[A-Za-z0-9]{15,18}$/.test(id)) return id
  throw new RangeError(`not a record id: ${id}`)
}

function withId(fields: readonly string[]): string[] {
  return fields.includes("Id") ? [...fields] : ["Id", ...fields]
}

/** One record as JSON text: only what was asked for, fields of parents under their dotted name. */
function recordText(record: RecordBody, fields: readonly string[]): string {
  const flat: RecordBody = {}
  for (const field of withId(fields)) {
    let value: unknown = record
    for (const name of field.split(".")) value = member(value, name)
    flat[field] = value
  }
  return markEscapes(JSON.stringify(flat))
}

/** A member by its name without regard to case: Salesforce answers in its own spelling, not ours. */
function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return null
  if (name in value) return (value as RecordBody)[name]
  const spelled = Object.keys(value).find((key) => key.toLowerCase() === name.toLowerCase())
  return spelled === undefined ? null : (value as RecordBody)[spelled]
}

/** `SELECT COUNT()` of an object. @param where a SOQL condition without `WHERE` */
export async function countRecords(session: Session, object: string, where?: string | null): Promise<number> {
  const soql = `SELECT COUNT() FROM ${object}${where ? ` WHERE ${where}` : ""}`
  const result = await whileDoing(`Count of ${object}`, () => session.connection.query(soql))
  return result.totalSize
}
