import { setAttribute, setText } from "./dom.js"
import { duration } from "./format.js"

const width = 140
const height = 30
const samples = 360
/** A process that has just started has little to show: then the line spans ten minutes at least. */
const leastSamples = 60
/** The scale reaches at least so far, seconds: a lag of a few seconds should look like one. */
const leastScale = 120
const namespace = "http://www.w3.org/2000/svg"

/**
 * Draws the lag of the last hour, now at the right; gaps where nothing is known.
 * @param {Element} parent
 * @param {readonly (number | null)[]} lags oldest first
 * @param {number} everySeconds
 */
export function showSparkline(parent, lags, everySeconds) {
  const [svg, path, line, label] = parts(parent)
  const known = lags.filter((lag) => lag !== null)
  if (known.length === 0) {
    setAttribute(path, "d", "")
    setAttribute(line, "d", "")
    setAttribute(svg, "aria-label", "lag over the last hour: nothing is known yet")
    return setText(label, "no lag is known")
  }
  const highest = Math.max(...known)
  const scale = Math.max(leastScale, highest)
  const step = width / (Math.min(Math.max(lags.length, leastSamples), samples) - 1)
  const x = (/** @type {number} */ index) => (width - (lags.length - 1 - index) * step).toFixed(1)
  const y = (/** @type {number} */ lag) => (height - 1.5 - (lag / scale) * (height - 3)).toFixed(1)
  let stroke = ""
  let area = ""
  for (const [from, to] of spans(lags)) {
    const points = []
    for (let index = from; index <= to; index++) points.push(`${x(index)},${y(lags[index] ?? 0)}`)
    // A lone sample is shown as a dot, by a line of no length with round ends.
    stroke += `M${points.join("L")}${from === to ? "h0" : ""}`
    area += `M${x(from)},${height}L${points.join("L")}L${x(to)},${height}Z`
  }
  setAttribute(path, "d", area)
  setAttribute(line, "d", stroke)
  const span = duration(Math.max(lags.length - 1, 1) * everySeconds)
  setAttribute(svg, "aria-label", `lag over the last ${span}`)
  setText(label, `at most ${duration(highest)} in ${span}`)
}

/**
 * Where samples follow each other without a gap: first and last index.
 * @param {readonly (number | null)[]} lags
 */
function spans(lags) {
  /** @type {[number, number][]} */
  const found = []
  lags.forEach((lag, index) => {
    if (lag === null) return
    const last = found.at(-1)
    if (last !== undefined && last[1] === index - 1) last[1] = index
    else found.push([index, index])
  })
  return found
}

/**
 * @param {Element} parent
 * @returns {[Element, Element, Element, Element]}
 */
function parts(parent) {
  const there = parent.querySelector("svg")
  if (there !== null) {
    const [area, line] = there.children
    return [
      there,
      /** @type {Element} */ (area),
      /** @type {Element} */ (line),
      /** @type {Element} */ (there.nextElementSibling),
    ]
  }
  const svg = document.createElementNS(namespace, "svg")
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`)
  svg.setAttribute("class", "sparkline")
  svg.setAttribute("role", "img")
  const area = document.createElementNS(namespace, "path")
  area.setAttribute("class", "area")
  const line = document.createElementNS(namespace, "path")
  line.setAttribute("class", "line")
  svg.append(area, line)
  const label = document.createElement("span")
  label.className = "muted"
  parent.replaceChildren(svg, label)
  return [svg, area, line, label]
}
