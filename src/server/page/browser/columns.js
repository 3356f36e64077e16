import { showAge } from "./ages.js"
import { setText } from "./dom.js"
import { count } from "./format.js"

/**
 * @template Row
 * @param {string} label
 * @param {(row: Row) => number | null} value
 * @returns {import("./table.js").Column<Row>}
 */
export const number = (label, value) => ({
  label,
  kind: "number",
  fill: (cell, row) => {
    setText(cell, count(value(row)))
    cell.parentElement?.toggleAttribute("data-zero", value(row) === 0)
  },
})

/**
 * @template Row
 * @param {string} label
 * @param {(row: Row) => string | null} at
 * @param {{ before?: string, after?: string, none?: string }} [words]
 * @returns {import("./table.js").Column<Row>}
 */
export const age = (label, at, words) => ({
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
export const text = (label, value, kind = "plain") => ({
  label,
  kind,
  fill: (cell, row) => setText(cell, value(row) ?? "–"),
})

/**
 * Keeps the type of the rows with the columns.
 * @template Row
 * @param {{ label: string, none: string, isCompact?: boolean, key: (row: Row) => string, columns: import("./table.js").Column<Row>[] }} table
 */
export const table = (table) => table
