/** SQLSTATEs that this service raises itself (class SF) or decides by; never decide by a message's text. */
export const sqlstate = {
  /** The event log is append-only. */
  appendOnly: "SF001",
  /** A lock of rule 3 was asked for in another isolation than READ COMMITTED. */
  wrongIsolation: "SF002",
  /** Deletes by absence passed the fuse of rule 7. */
  fuse: "SF003",
  /** Another process leads the stream now (rule 2). */
  notLeader: "SF004",
  /** A delta of an object that was never loaded. */
  neverLoaded: "SF005",
  /** The object is not mirrored, or paused. */
  notMirrored: "SF006",
  /** Another process has merged this page of the run. */
  pageNotDue: "SF007",
  /** The ids that a run has seen are not as many as its job processed. */
  idSetIncomplete: "SF008",
  /** Rows that the job processed did not come (rule 13). */
  incomplete: "SF009",
  /** A job that operators must not queue, or with a payload of another shape. */
  badJob: "SF010",
  /** No stream follows the topic; no consumer of this name is registered. */
  notFollowed: "SF011",
  /** The database belongs to another org than the login. */
  wrongOrganization: "SF012",
  /** Processes of the service are connected, and must not be. */
  stillRunning: "SF013",
  /** Objects or fields that cannot be added or removed as it is wished. */
  badPlan: "SF014",
  /** Records were read without a field that was mapped meanwhile. */
  mappingChanged: "SF015",
  /** Versions are asked for that are not kept. */
  noHistory: "SF016",
  undefinedTable: "42P01",
  undefinedColumn: "42703",
  undefinedFunction: "42883",
  undefinedSchema: "3F000",
  datatypeMismatch: "42804",
  /** Also: a cached plan must not change its result type. */
  notSupported: "0A000",
  insufficientPrivilege: "42501",
  duplicateObject: "42710",
  uniqueViolation: "23505",
  lockNotAvailable: "55P03",
  deadlockDetected: "40P01",
} as const

/** The SQLSTATE of an error of pg, or undefined for another error. */
export function sqlstateOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === "string" && code.length === 5 ? code : undefined
}
