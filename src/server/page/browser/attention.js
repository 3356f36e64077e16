import { showAge } from "./ages.js"
import { showCommands } from "./commands.js"
import { element, reconcile, setAttribute, setText } from "./dom.js"

/** @import { Attention } from "../snapshot.ts" */

/**
 * Shows what to look at, each with its reason and commands.
 * @param {HTMLElement} parent
 * @param {readonly Attention[]} items
 */
export function showAttention(parent, items) {
  parent.hidden = items.length === 0
  reconcile(parent, items, {
    key: (item) => item.title,
    create: () =>
      element(
        "article",
        {},
        element(
          "h2",
          { class: "state" },
          element("i", { class: "mark", "aria-hidden": "true" }),
          element("span"),
        ),
        element("p", { class: "since muted" }),
        element("p"),
        element("p", { class: "muted" }),
        element("div"),
      ),
    update: (article, { tone, title, since, text, advice, remedies }) => {
      const [head, age, why, todo, commands] =
        /** @type {[HTMLElement, HTMLElement, HTMLElement, HTMLElement, HTMLElement]} */ (
          /** @type {unknown} */ ([...article.children])
        )
      setAttribute(article, "data-tone", tone)
      setAttribute(head, "data-tone", tone)
      setText(/** @type {Element} */ (head.lastElementChild), title)
      age.hidden = since === null
      showAge(age, since)
      why.hidden = text === null
      setText(why, text ?? "")
      todo.hidden = advice === null
      setText(todo, advice ?? "")
      showCommands(commands, remedies)
    },
  })
}
