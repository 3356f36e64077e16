import { showAge } from "./ages.js"
import { element, setAttribute, setText } from "./dom.js"
import { count, duration } from "./format.js"
import { showSparkline } from "./sparkline.js"
import { showState } from "./table.js"

/** @import * as Parts from "../snapshot.ts" */

/** @type {Parts.LagHistory} */
let history = { every_seconds: 10, lags: {} }

/** @param {Parts.LagHistory} received */
export function keepHistory(received) {
  history = received
}

/** @type {Record<Parts.ObjectRow["state"], Parts.Tone>} */
const objectTones = {
  fresh: "well",
  "catching up": "progress",
  paused: "warning",
  stale: "problem",
  degraded: "problem",
  "never loaded": "problem",
}

/** @typedef {import("./table.js").Column<any>} AnyColumn */

/**
 * @template Row
 * @param {string} label
 * @param {(row: Row) => number | null} value
 * @returns {import("./table.js").Column<Row>}
 */
const number = (label, value) => ({
  label,
  kind: "number",
  fill: (cell, row) => setText(cell, count(value(row))),
})

/**
 * @template Row
 * @param {string} label
 * @param {(row: Row) => string | null} at
 * @param {{ before?: string, after?: string, none?: string }} [words]
 * @returns {import("./table.js").Column<Row>}
 */
const age = (label, at, words) => ({
  label,
  kind: "number",
  fill: (cell, row) => showAge(cell, at(row), words),
})

/**
 * @template Row
 * @param {string} label
 * @param {(row: Row) => string | null} value
 * @param {"plain" | "wide"} [kind]
 * @returns {import("./table.js").Column<Row>}
 */
const text = (label, value, kind = "plain") => ({
  label,
  kind,
  fill: (cell, row) => setText(cell, value(row) ?? "–"),
})

/**
 * Keeps the type of the rows with the columns.
 * @template Row
 * @param {{ label: string, none: string, isCompact?: boolean, key: (row: Row) => string, columns: import("./table.js").Column<Row>[] }} table
 */
const table = (table) => table

export const objects = table({
  label: "Objects",
  none: "No object is mirrored.",
  key: (/** @type {Parts.ObjectRow} */ row) => row.object,
  columns: [
    text("Object", (row) => row.object),
    {
      label: "State",
      kind: "wide",
      fill: (cell, row) => showState(cell, objectTones[row.state], row.state, row.reason),
    },
    age("Fresh as of", (row) => row.fresh_as_of),
    age("Except listed", (row) => row.fresh_except_listed),
    age("Proven as of", (row) => row.proven_as_of),
    number("In doubt", (row) => row.dirty),
    number("Rejected", (row) => row.rejected),
    number("Rows", (row) => row.rows),
    {
      label: "Lag, last hour",
      fill: (cell, row) => showSparkline(cell, history.lags[row.object] ?? [], history.every_seconds),
    },
  ],
})

/** @type {Record<Parts.RunRow["state"], Parts.Tone | "quiet">} */
const runTones = {
  queued: "progress",
  waiting: "progress",
  loading: "progress",
  sweeping: "progress",
  paused: "warning",
  complete: "well",
  failed: "problem",
  fuse: "problem",
}

export const runs = table({
  label: "Loads: those that run, and the last one of each object and kind",
  none: "Nothing was loaded yet.",
  key: (/** @type {Parts.RunRow} */ row) => String(row.run_id),
  columns: [
    text("Load", (row) => `${row.object} ${row.kind}`),
    {
      label: "State",
      kind: "wide",
      fill: (cell, row) =>
        showState(
          cell,
          runTones[row.state],
          row.state === "fuse" ? "fuse tripped" : row.state,
          row.error ?? row.reason,
        ),
    },
    { label: "Progress", fill: showProgress },
    {
      label: "Rows/s",
      kind: "number",
      fill: (cell, row) => setText(cell, count(row.rows_per_second)),
    },
    { label: "When", kind: "number", fill: showWhen },
    number("Inserted", (row) => row.inserted),
    number("Updated", (row) => row.updated),
    number("Deleted", (row) => row.deleted),
    number("Rejected", (row) => row.rejected),
  ],
})

/**
 * @param {HTMLElement} cell
 * @param {Parts.RunRow} row
 */
function showProgress(cell, row) {
  if (cell.firstElementChild === null) cell.append(element("progress", { max: "100" }), element("span"))
  const [bar, label] = /** @type {[HTMLProgressElement, Element]} */ (
    /** @type {unknown} */ ([...cell.children])
  )
  const isOver = row.finished_at !== null
  bar.hidden = isOver
  setAttribute(bar, "aria-label", `${row.object} ${row.kind}`)
  // Without a value the bar says that it is not known yet.
  setAttribute(bar, "value", row.percent === null ? null : String(Math.min(row.percent, 100)))
  const of = row.expected === null || isOver ? "" : ` of ${count(row.expected)}`
  setText(label, `${count(row.received)}${of}`)
}

/**
 * @param {HTMLElement} cell
 * @param {Parts.RunRow} row
 */
function showWhen(cell, row) {
  if (row.finished_at !== null) showAge(cell, row.finished_at)
  else if (row.paused_until !== null) showAge(cell, row.paused_until, { before: "ends in ", after: "" })
  else if (row.estimated_end !== null)
    showAge(cell, row.estimated_end, { before: "ends soon, due ", after: " ago" })
  else showAge(cell, row.started_at, { before: "since ", after: "", none: "not started" })
}

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
          row.problem === null ? "well" : "problem",
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
      label: "Used in 24 h",
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
    text("Reason", (row) => row.reason, "wide"),
    text("SQLSTATE", (row) => row.sqlstate),
    number("Records", (row) => row.records),
    text("One of them", (row) => row.sample_id),
    age("Since", (row) => row.since),
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
