import { element, reconcile, setAttribute, setText } from "./dom.js"

/**
 * A column; its first one names the row.
 * @template Row
 * @typedef {{ label: string, fill: (cell: HTMLElement, row: Row) => void, kind?: "number" | "wide" | "plain" }} Column
 */

/**
 * Shows rows as a table, or a sentence where there is none.
 * @template Row
 * @param {Element} parent
 * @param {readonly Row[]} rows
 * @param {{ label: string, none: string, isCompact?: boolean, key: (row: Row) => string, columns: readonly Column<Row>[] }} how
 */
export function showTable(parent, rows, { label, none, key, columns, isCompact }) {
  if (rows.length === 0) {
    if (parent.firstElementChild?.tagName !== "P") parent.replaceChildren(element("p", { class: "muted" }))
    return setText(/** @type {Element} */ (parent.firstElementChild), none)
  }
  let body = parent.querySelector("tbody")
  if (body === null) {
    body = element("tbody", { role: "rowgroup" })
    parent.replaceChildren(tableWith(label, columns, body))
    if (isCompact) parent.firstElementChild?.classList.add("compact")
  }
  reconcile(body, rows, {
    key,
    create: () => element("tr", { role: "row" }, ...columns.map(cellOf)),
    update: (row, item) => {
      columns.forEach(({ fill }, index) => {
        fill(/** @type {HTMLElement} */ (/** @type {Element} */ (row.children[index]).lastElementChild), item)
      })
    },
  })
}

// The roles are written out: a narrow screen shows a row as a block, and browsers then take a table for none.
/**
 * @param {string} label
 * @param {readonly Column<any>[]} columns
 * @param {HTMLElement} body
 */
function tableWith(label, columns, body) {
  const heads = columns.map(({ label, kind = "plain" }) =>
    element("th", { role: "columnheader", scope: "col", class: kind }, label),
  )
  return element(
    "table",
    { role: "table", "aria-label": label },
    element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...heads)),
    body,
  )
}

/**
 * @param {Column<any>} column
 * @param {number} index
 */
function cellOf({ label, kind = "plain" }, index) {
  // Seen on narrow screens only; there the head of the table is not.
  const caption = element("span", { class: "caption", "aria-hidden": "true" }, label)
  const value = element("div", { class: "value" })
  return index === 0
    ? element("th", { role: "rowheader", scope: "row", class: kind }, value)
    : element("td", { role: "cell", class: kind }, caption, value)
}

/**
 * A word with its mark, and below it why.
 * @param {HTMLElement} cell
 * @param {import("../snapshot.ts").Tone | "quiet"} tone
 * @param {string} word
 * @param {string | null} [why]
 */
export function showState(cell, tone, word, why) {
  if (cell.firstElementChild === null) {
    cell.append(
      element(
        "span",
        { class: "state" },
        element("i", { class: "mark", "aria-hidden": "true" }),
        element("span"),
      ),
      element("p", { class: "why muted" }),
    )
  }
  const [state, reason] = /** @type {[HTMLElement, HTMLElement]} */ (
    /** @type {unknown} */ ([...cell.children])
  )
  setAttribute(state, "data-tone", tone)
  setText(/** @type {Element} */ (state.lastElementChild), word)
  setText(reason, why ?? "")
  reason.hidden = !why
}
