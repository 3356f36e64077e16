import { element, setAttribute, setText } from "./dom.js"
import { clock, duration, utc } from "./format.js"

// Ages are told by the database's clock, which the service reads; this machine's may be wrong.
let aheadMs = 0

/**
 * Takes the database's time of a message that has just arrived.
 * @param {string} readAt
 */
export function setClock(readAt) {
  aheadMs = Date.parse(readAt) - Date.now()
}

/** Now, by the database's clock. */
export function now() {
  return Date.now() + aheadMs
}

/**
 * Shows the age of a moment in `parent`, kept up to date by `tick`.
 * @param {Element} parent
 * @param {string | null} at ISO 8601
 * @param {{ before?: string, after?: string, none?: string }} words around the age; none: in place of a null
 */
export function showAge(parent, at, { before = "", after = " ago", none = "–" } = {}) {
  if (at === null) return setText(parent, none)
  let time = parent.querySelector("time")
  if (time === null) {
    time = element("time")
    parent.replaceChildren(time)
  }
  time.dataset.before = before
  time.dataset.after = after
  if (time.dateTime !== at) {
    time.dateTime = at
    setAttribute(time, "title", `${clock(Date.parse(at))} (${utc(Date.parse(at))})`)
  }
  tickOne(time)
}

/** Brings every age on the page up to date. */
export function tick() {
  for (const time of document.querySelectorAll("time")) tickOne(time)
}

/** @param {HTMLTimeElement} time */
function tickOne(time) {
  const { before = "", after = "" } = time.dataset
  // A moment ahead is the end of a load.
  const seconds = (now() - Date.parse(time.dateTime)) / 1000
  setText(
    time,
    seconds < 0 && before.startsWith("ends")
      ? `ends in ${duration(-seconds)}`
      : `${before}${duration(seconds)}${after}`,
  )
}
