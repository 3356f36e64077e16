import { element, reconcile, setText } from "./dom.js"

/** @typedef {import("../snapshot.ts").Remedy} Remedy */

/**
 * Shows commands, each with a button that copies it.
 * @param {Element} parent
 * @param {readonly Remedy[]} remedies
 */
export function showCommands(parent, remedies) {
  reconcile(parent, remedies, {
    key: (remedy) => `${remedy.in} ${remedy.text}`,
    create: (remedy) => {
      const code = element("code", {}, remedy.text)
      const button = element("button", { type: "button", "aria-label": `Copy: ${remedy.text}` }, "Copy")
      button.addEventListener("click", () => copy(code, button))
      const where = element("span", { class: "where" }, remedy.in === "psql" ? "psql" : "shell")
      return element("p", { class: "command" }, where, code, button)
    },
    update: () => {},
  })
}

/**
 * @param {HTMLElement} code
 * @param {HTMLElement} button
 */
async function copy(code, button) {
  const isCopied = await writeClipboard(code)
  setText(button, isCopied ? "Copied" : "Selected")
  setTimeout(() => setText(button, "Copy"), 2_000)
}

/**
 * Selects the text in any case: a browser gives the clipboard only to pages of https and of this machine.
 * @param {HTMLElement} code
 */
async function writeClipboard(code) {
  const selection = getSelection()
  selection?.selectAllChildren(code)
  try {
    if (navigator.clipboard === undefined) return document.execCommand("copy")
    await navigator.clipboard.writeText(code.textContent ?? "")
    return true
  } catch {
    return false
  }
}

/** What can be done at any time. @type {[string, Remedy[]][]} */
const always = [
  ["How fresh is it, as text?", both("status", "select * from sf_shadow_lag;")],
  ["Load what changed since the last load", both("delta", "select add_job('delta');")],
  [
    "Load every record of an object again",
    both("backfill Product2", `select add_job('backfill', '{"object":"Product2"}');`),
  ],
  [
    "Compare a sample with Salesforce, field by field",
    both("verify Product2", `select add_job('verify', '{"object":"Product2"}');`),
  ],
  [
    "Clear what caches hold of an object",
    both("cache clear --object Product2", `select add_job('clear_cache', '{"object":"Product2"}');`),
  ],
  ["Watch changes arrive", [{ in: "psql", text: "listen sf_shadow_changed;" }]],
]

/**
 * @param {string} command
 * @param {string} sql
 * @returns {Remedy[]}
 */
function both(command, sql) {
  return [
    { in: "shell", text: `npm run sf-shadow -- ${command}` },
    { in: "psql", text: sql },
  ]
}

/** @param {Element} list */
export function showAlways(list) {
  for (const [what, remedies] of always) {
    const commands = element("dd")
    showCommands(commands, remedies)
    list.append(element("div", {}, element("dt", {}, what), commands))
  }
}
