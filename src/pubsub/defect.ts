/** Why an event cannot be stored as a change. Constant words: they become metric labels and SQL values. */
export type DefectReason =
  | "undecodable"
  | "schema-unusable"
  | "unknown-change-type"
  | "malformed-record-id"
  | "no-record-ids"
  | "malformed-bitmap"
  | "commit-timestamp"
  | "value-out-of-range"
  | "unstorable-text"

/** Thrown while decoding one event; the event is set aside with its bytes and the stream goes on. */
export class EventDefect extends Error {
  readonly reason: DefectReason

  constructor(reason: DefectReason, message: string) {
    super(message)
    this.name = "EventDefect"
    this.reason = reason
  }
}

/** Of a text with something that Postgres cannot hold; its record is read again, and set aside by that. */
export function unstorableText(name: string, unstorable: string): EventDefect {
  return new EventDefect("unstorable-text", `${name} holds ${unstorable}, which Postgres cannot store`)
}
