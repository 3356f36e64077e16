/** Files of sql/current whose mistakes no test can see, with the reason. */
export const notMutated: Record<string, string> = {
  refresh_queues: "makes rows of the queue ahead, for speed under load",
  grants: "is applied over the grants that are there already",
}

/** Mutants that do the same as the source, by their file and a part of their description; each with the reason. */
export const equivalent: readonly { file: string; mutant: string; because: string }[] = [
  {
    file: "sql/current/merge/_open_hole.sql",
    mutant: "operand: without «span_to = 'infinity' or»",
    because: "each other branch gives infinity for it too; said for who reads it",
  },
  {
    file: "sql/current/merge/_open_hole.sql",
    mutant: "else: «'{}'» is null",
    because: "an array with null after it is the array",
  },
  {
    file: "sql/current/bulk_to_shadow/start_run.sql",
    mutant: "condition: «started is null» is true",
    because: "the update of the run that was just inserted changes nothing and returns the same id",
  },
  {
    file: "sql/current/bulk_to_shadow/_close_hole.sql",
    mutant: "operand: without «and s.hole_to < 'infinity'»",
    because: "no run began after infinity; said for who reads it",
  },
  {
    file: "sql/current/bulk_to_shadow/_close_hole.sql",
    mutant: "operand: without «and r.kind = 'delta'»",
    because: "no other kind has a `since`; said for who reads it",
  },
  {
    file: "sql/current/bulk_to_shadow/_sweep_run.sql",
    mutant: "statement: «analyze pg_temp.seen_id» is null",
    because: "it makes the planner know how many Ids there are",
  },
  {
    file: "sql/current/bulk_to_shadow/_sweep_run.sql",
    mutant: "28 term: without «, '-infinity'»",
    because: "an object without a proof has no Id comparison (SF005); said for who reads it",
  },
  {
    file: "src/salesforce/csv_guard.ts",
    mutant: "term: «chunk[chunk.length - 1] ?? lineFeed» is chunk[chunk.length - 1]",
    because: "the chunk has a byte; said for the type",
  },
  {
    file: "src/salesforce/csv_guard.ts",
    mutant: "condition: «this.#begun.length > 0» is true",
    because: "nothing put before a chunk is the chunk: it saves a copy",
  },
  {
    file: "src/salesforce/bulk_results.ts",
    mutant: 'is answer.headers["content-type"]',
    because: "a header that is not there is no text/csv either; said for the type",
  },
  {
    file: "sql/current/merge/_write_changes.sql",
    mutant:
      "operand: without «and (counts.inserted <> counts.deleted or oldest < s.oldest_updated_at or newest > s.newest_updated_at)»",
    because: "the update writes what is there then: it saves that",
  },
  {
    file: "sql/current/events_to_shadow/events_to_shadow.sql",
    mutant: "34 distinct: without «distinct»",
    because: "objects_in_order takes each object once: it keeps the array short",
  },
  {
    file: "sql/current/events_to_shadow/_filter_events.sql",
    mutant: "operand: without «o.key[1] is null or»",
    because: "a null in an array is greater than any number, and the key with it; said for who reads it",
  },
  {
    file: "sql/current/events_to_shadow/_open_event_batch.sql",
    mutant: "operand: without «and log.received_day >= after_day - 1»",
    because: "sequence numbers say it all: it spares older days of the log",
  },
  {
    file: "sql/current/views/object_claim.sql",
    mutant: "22 term: without «- 1»",
    because: "the event that is looked for then does not exist: it saves opening the log's days",
  },
  {
    file: "sql/current/readers/_answer_age.sql",
    mutant: "operand: without «and t.proven»",
    because:
      "an event is applied from the read's beginning less the margin on, so that its own time is the later one",
  },
  {
    file: "sql/current/merge/_set_aside_contested.sql",
    mutant: "operand: without «and won.holder is not null»",
    because: "without a holder in_batch is null, and every reader of yielding asks for it",
  },
  {
    file: "sql/current/merge/_set_aside_contested.sql",
    mutant: "condition: «yielding.in_batch» is true",
    because: "who is not in the batch is no row of pg_temp.change that the update could find",
  },
  {
    file: "sql/current/merge/_yield_values.sql",
    mutant: "condition: «yielding is null» is false",
    because: "without one that yields the rest does nothing: it saves time",
  },
  {
    file: "sql/current/merge/_page_to_changes.sql",
    mutant: "operand: without «same.identical or»",
    because: "what is identical has the same content: it saves the comparison",
  },
  {
    file: "sql/current/merge/_page_to_changes.sql",
    mutant: "operand: without «and not identical»",
    because: "what is identical differs in nothing: it saves the comparison",
  },
  {
    file: "sql/current/merge/_write_tombstones.sql",
    mutant: "condition: «exists (select from pg_temp.change c where c.entombed)» is true",
    because: "the delete finds no tombstone then: it saves time",
  },
  {
    file: "sql/current/merge/_write_tombstones.sql",
    mutant: "condition: «c.entombed» is true",
    because: "the same",
  },
  {
    file: "sql/current/events_to_shadow/_fold_waiting.sql",
    mutant: "operand: without «d.waits_for is not null and»",
    because: "no null is in a list: it is the condition of the index",
  },
  {
    file: "sql/current/events_to_shadow/_fold_waiting.sql",
    mutant: "distinct: without «distinct»",
    because: "`any` takes each once: it keeps the array short",
  },
  {
    file: "sql/current/events_to_shadow/_fold_waiting.sql",
    mutant: "condition: «cardinality(come) = 0» is false",
    because: "nothing waits for nobody: it saves time",
  },
  {
    file: "sql/current/events_to_shadow/_note_waiting.sql",
    mutant: "condition: «not exists (select from pg_temp.change c where c.waits_for is not null)» is false",
    because: "the update finds no mark then: it saves time",
  },
  {
    file: "sql/current/events_to_shadow/_note_waiting.sql",
    mutant: "7 condition: «c.waits_for is not null» is true",
    because: "the same",
  },
  {
    file: "sql/current/events_to_shadow/_parents_to_children.sql",
    mutant:
      "condition: «not exists (select from sf_shadow.object o where o.parent_object = of_object)» is false",
    because: "without children there is nobody to be put in doubt: it saves time",
  },
  {
    file: "sql/current/events_to_shadow/_parents_to_children.sql",
    mutant: "14 condition: «o.parent_object = of_object» is true",
    because: "the same",
  },
  ...["e", "before"].map((alias) => ({
    file: "sql/current/events_to_shadow/_whole_transactions.sql",
    mutant: `operand: without «and ${alias}.received_day >= after_day - 1»`,
    because: "sequence numbers say it all: it spares older days of the log",
  })),
]

/** The rules that TypeScript keeps, and the tests of their room, the nearest first. */
export const rules: readonly { files: string[]; tests: string[] }[] = [
  {
    files: ["bitmap", "header", "decode", "payload", "schema"].map((name) => `src/pubsub/${name}.ts`),
    tests: ["test/pubsub/{bad_events,bitmaps,events_decode}*.test.ts", "test/pubsub/*.test.ts"],
  },
  {
    files: ["errors", "subscription", "fetch_stream"].map((name) => `src/pubsub/${name}.ts`),
    tests: ["test/pubsub/{error_codes,a_subscription}*.test.ts", "test/pubsub/*.test.ts"],
  },
  {
    files: [
      "src/pubsub_to_events/append.ts",
      "src/pubsub_to_events/follow.ts",
      "src/events_to_shadow/index.ts",
    ],
    tests: ["test/pubsub_to_events/*.test.ts"],
  },
  {
    files: [
      "src/bulk_to_shadow/run.ts",
      "src/bulk_to_shadow/advance.ts",
      "src/bulk_to_shadow/driver.ts",
      "src/bulk_to_shadow/page.ts",
      "src/bulk_to_shadow/task.ts",
    ],
    tests: ["test/bulk_to_shadow/*.test.ts"],
  },
  {
    files: ["src/records_to_shadow/index.ts"],
    tests: ["test/records_to_shadow/*.test.ts", "test/bad_input/*.test.ts"],
  },
  { files: ["src/salesforce/budget.ts", "src/salesforce/budget_stop.ts"], tests: ["test/budget/*.test.ts"] },
  {
    files: ["bulk_results", "clock", "csv_guard", "errors", "records"].map(
      (name) => `src/salesforce/${name}.ts`,
    ),
    tests: ["test/salesforce/*.test.ts"],
  },
  {
    files: ["circuit_breaker", "gate", "reads", "cache", "budget"].map((name) => `src/reader/${name}.ts`),
    tests: ["test/reader/*.test.ts"],
  },
  {
    files: ["src/invalidations_to_redis/follow.ts", "src/invalidations_to_redis/outbox.ts"],
    tests: ["test/invalidations_to_redis/*.test.ts"],
  },
]
