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
  | "nul-in-text"

/** Thrown while decoding one event; the event is set aside with its bytes and the stream goes on. */
export class EventDefect extends Error {
  readonly reason: DefectReason

  constructor(reason: DefectReason, message: string) {
    super(message)
    this.name = "EventDefect"
    this.reason = reason
  }
}
