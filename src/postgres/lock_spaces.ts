/**
 * The spaces of our advisory locks, the first of their two keys; docs/architecture.md says what each holds. SQL writes the
 * number itself, and a test holds it against this list.
 */
export const lockSpaces = {
  /** Key: an object's number, 0 for a partition of the log, or -1 for migrate. */
  object: 21318,
  /** Key: an object's number. */
  run: 21319,
  /** Key: a stream's number. */
  stream: 21320,
  /** Key: hash of a name. */
  listener: 21321,
  /** Key: hash of object and record. */
  refresh: 21322,
  /** Key: hash of the object. */
  refreshJob: 21323,
  /** Key: 0. */
  follower: 21324,
} as const
