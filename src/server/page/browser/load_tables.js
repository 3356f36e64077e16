import { showAge } from "./ages.js"
import { age, number, table, text } from "./columns.js"
import { element, setAttribute, setText } from "./dom.js"
import { count } from "./format.js"
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
  filling: "progress",
  "catching up": "progress",
  paused: "warning",
  stale: "problem",
  degraded: "problem",
  "never loaded": "problem",
}

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
    text("Changes", (row) => row.changes, "wide"),
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
  canceled: "quiet",
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
          row.error ?? (row.waits_for === null ? row.reason : `${row.reason}; waits for ${row.waits_for}`),
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
