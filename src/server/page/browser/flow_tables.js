import { age, number, table, text } from "./columns.js"
import { setAttribute, setText } from "./dom.js"
import { count, duration } from "./format.js"
import { showState } from "./table.js"

/** @import * as Parts from "../snapshot.ts" */

export const streams = table({
  label: "Streams of change events",
  none: "No stream is followed: the service has not subscribed yet, or ENABLE_SF_SHADOW_EVENTS is off.",
  key: (/** @type {Parts.StreamRow} */ row) => row.topic,
  columns: [
    text("Topic", (row) => row.topic),
    {
      label: "State",
      kind: "wide",
      fill: (cell, row) =>
        showState(
          cell,
          row.problem !== null ? "problem" : row.position_at === null ? "progress" : "well",
          row.problem === null ? (row.position_at === null ? "not heard yet" : "heard") : "stands still",
          row.problem,
        ),
    },
    text("Objects", (row) => row.objects.join(", "), "wide"),
    age("Heard", (row) => row.position_at, { none: "never" }),
    number("Waiting", (row) => row.waiting),
    {
      label: "Oldest waits",
      kind: "number",
      fill: (cell, row) => setText(cell, row.oldest_seconds === null ? "–" : duration(row.oldest_seconds)),
    },
  ],
})

export const jobs = table({
  label: "Jobs that wait or run",
  none: "No job waits.",
  key: (/** @type {Parts.JobRow} */ row) => row.task,
  columns: [
    text("Task", (row) => row.task),
    number("Waiting", (row) => row.waiting),
    number("Running", (row) => row.running),
    {
      label: "Failed",
      kind: "number",
      fill: (cell, row) => {
        setText(cell, count(row.failed))
        setAttribute(cell, "data-tone", row.failed > 0 ? "problem" : null)
      },
    },
    {
      label: "Oldest",
      kind: "number",
      fill: (cell, row) => setText(cell, row.oldest_seconds === null ? "–" : duration(row.oldest_seconds)),
    },
  ],
})

export const usage = table({
  label: "API budget",
  none: "Salesforce's limits are not known.",
  key: (/** @type {Parts.UsageRow} */ row) => row.limit_name,
  columns: [
    text("Limit", (row) => row.limit_name),
    {
      label: "Used",
      kind: "number",
      fill: (cell, row) =>
        setText(cell, row.max === null ? "not known yet" : `${count(row.used)} of ${count(row.max)}`),
    },
    {
      label: "Share",
      kind: "number",
      fill: (cell, row) => setText(cell, row.percent === null ? "–" : `${row.percent} %`),
    },
    {
      label: "Held back",
      fill: (cell, row) => {
        setText(cell, row.stopped_kinds.join(", ") || "nothing")
        setAttribute(cell, "data-tone", row.stopped_kinds.length > 0 ? "warning" : null)
      },
    },
  ],
})

export const rejects = table({
  label: "Records that cannot be stored, by reason",
  none: "None.",
  key: (/** @type {Parts.RejectRow} */ row) => `${row.object} ${row.sqlstate} ${row.reason}`,
  columns: [
    text("Object", (row) => row.object),
    {
      label: "Reason",
      kind: "wide",
      fill: (cell, row) => showState(cell, "quiet", row.reason, row.what_to_do),
    },
    text("SQLSTATE", (row) => row.sqlstate),
    number("Records", (row) => row.records),
    text("One of them", (row) => row.sample_id),
    age("Since", (row) => row.oldest_since),
  ],
})

/** @type {Record<Parts.ConsumerRow["state"], Parts.Tone>} */
const consumerTones = {
  current: "well",
  clearing: "progress",
  behind: "warning",
  dead: "warning",
  overrun: "warning",
}

export const consumers = table({
  label: "Cache consumers",
  none: "No cache is kept right: REDIS_URL is not set, and no other consumer has joined.",
  key: (/** @type {Parts.ConsumerRow} */ row) => `${row.consumer} ${row.object}`,
  columns: [
    text("Consumer", (row) => row.consumer),
    text("Object", (row) => row.object),
    {
      label: "State",
      kind: "wide",
      fill: (cell, row) => showState(cell, consumerTones[row.state], row.state, row.reason),
    },
    number("Behind", (row) => row.behind),
    {
      label: "Lag",
      kind: "number",
      fill: (cell, row) => setText(cell, duration(row.lag_seconds)),
    },
    age("Seen", (row) => row.seen_at),
  ],
})

export const events = table({
  label: "The last events of the bus",
  none: "No event was received yet.",
  isCompact: true,
  key: (/** @type {Parts.EventRow} */ row) => row.id,
  columns: [
    age("Received", (row) => row.received_at),
    text("Object", (row) => row.object),
    text("Change", (row) => (row.change_type ?? "unknown").toLowerCase()),
    {
      label: "After commit",
      kind: "number",
      fill: (cell, row) =>
        setText(cell, row.commit_timestamp === null ? "–" : delay(row.commit_timestamp, row.received_at)),
    },
    {
      label: "Records",
      kind: "wide",
      fill: (cell, row) => {
        const more = row.records - row.record_ids.length
        const ids = `${row.record_ids.join(", ")}${more > 0 ? ` and ${count(more)} more` : ""}`
        const isWhole = row.error === null
        showState(
          cell,
          isWhole ? "quiet" : "warning",
          ids || "none",
          isWhole ? null : `not decoded whole: ${row.error}`,
        )
      },
    },
  ],
})

/**
 * @param {string} from
 * @param {string} to
 */
function delay(from, to) {
  return `${Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000).toFixed(1)} s`
}
