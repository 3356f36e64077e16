import { setClock, showAge, tick } from "./ages.js"
import { showAttention } from "./attention.js"
import { showAlways } from "./commands.js"
import { connect } from "./connection.js"
import { byId, setAttribute, setText } from "./dom.js"
import { consumers, events, jobs, rejects, streams, usage } from "./flow_tables.js"
import { keepHistory, objects, runs } from "./load_tables.js"
import { showTable } from "./table.js"

/** @import { JobRow, LagHistory, ObjectRow, Status } from "../snapshot.ts" */

/** @type {Status | undefined} */
let status
/** Why nothing is heard of the service, and since when. @type {{ reason: string, since: string } | undefined} */
let silence

const title = /** @type {HTMLElement} */ (document.querySelector("h1"))
const headline = byId("headline")
const detail = byId("headline-detail")
const connection = byId("connection")

/** @param {Status} received */
function showStatus(received) {
  if (status !== undefined && status.version !== received.version) return location.reload()
  const isNews = status?.snapshot?.read_at !== received.snapshot?.read_at
  status = received
  const { snapshot, database, attention } = received
  setText(byId("database"), database)
  if (snapshot !== null) {
    if (isNews && received.fault === null) setClock(snapshot.read_at)
    byId("content").hidden = false
    showAttention(byId("attention"), attention)
    showObjects()
    showTable(byId("runs"), snapshot.runs, runs)
    showTable(byId("streams"), snapshot.streams, streams)
    showTable(byId("jobs"), withSeenTasks(snapshot.jobs), jobs)
    showTable(byId("usage"), snapshot.usage, usage)
    showTable(byId("rejects"), snapshot.rejects, rejects)
    showTable(byId("consumers"), snapshot.consumers, consumers)
    showTable(byId("events"), snapshot.events, events)
  }
  showHeadline()
}

/** @param {LagHistory} received */
function showHistory(received) {
  keepHistory(received)
  showObjects()
}

function showObjects() {
  if (status?.snapshot) showTable(byId("objects"), bySeverity(status.snapshot.objects), objects)
}

/**
 * The worst first. Catching up is a matter of seconds, in which rows should not jump.
 * @param {readonly ObjectRow[]} rows
 */
function bySeverity(rows) {
  const isWell = (/** @type {string} */ state) => Number(["fresh", "filling", "catching up"].includes(state))
  return rows.toSorted((a, b) => isWell(a.state) - isWell(b.state) || a.object.localeCompare(b.object))
}

/** Tasks that had jobs since the page was opened. @type {Set<string>} */
const seenTasks = new Set()

/**
 * Most jobs live for less than a second: a task whose jobs are done stays with zeros, so that nothing jumps.
 * @param {readonly JobRow[]} rows
 * @returns {JobRow[]}
 */
function withSeenTasks(rows) {
  for (const { task } of rows) seenTasks.add(task)
  return [...seenTasks].sort().map((task) => {
    const none = { task, waiting: 0, running: 0, failed: 0, oldest_seconds: null }
    return rows.find((row) => row.task === task) ?? none
  })
}

/** One sentence, announced when it changes; hence without ages. */
function showHeadline() {
  const fault = status?.fault ?? null
  const { tone, text } = silence
    ? { tone: "problem", text: `${silence.reason}.` }
    : (status?.headline ?? { tone: "progress", text: "Waiting for the first status …" })
  setText(title, text)
  setAttribute(headline, "data-tone", tone)
  document.title = `${{ well: "✓", progress: "…", warning: "!", problem: "✗" }[tone]} ${text} sf-shadow`

  const lines = silence ? "Trying again; what is below is the last that was heard." : (fault?.message ?? "")
  byId("content").toggleAttribute("data-old", silence !== undefined || fault !== null)
  detail.hidden = lines === ""
  setText(detail, fault && !silence && status?.snapshot ? `${lines} What is below was read before.` : lines)
  if (silence) showConnection("problem", silence.since, "not connected for ", "")
  else if (fault !== null) showConnection("problem", fault.since, "no database for ", "")
  else showConnection("well", status?.snapshot?.read_at ?? null, "live, read ", " ago")
}

/**
 * @param {string} tone
 * @param {string | null} at
 * @param {string} before
 * @param {string} after
 */
function showConnection(tone, at, before, after) {
  setAttribute(connection, "data-tone", tone)
  showAge(connection, at, { before, after, none: "connecting" })
}

/** @param {string | null} reason */
function showSilence(reason) {
  silence = reason === null ? undefined : { reason, since: silence?.since ?? new Date().toISOString() }
  showHeadline()
}

showAlways(byId("commands"))
connect({ status: showStatus, lag_history: showHistory }, showSilence)
setInterval(tick, 1_000)
