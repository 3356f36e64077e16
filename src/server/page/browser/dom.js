// Values come from an org and from errors: they reach the page as text only, never as markup.

/**
 * Makes an element with text and elements inside.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} attributes
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children)
  return made
}

/**
 * Sets a text that may be there already: what does not change keeps the reader's selection, and is not announced.
 * @param {Element} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text
}

/**
 * @param {Element} node
 * @param {string} name
 * @param {string | null} value null: without the attribute
 */
export function setAttribute(node, name, value) {
  if (value === null) node.removeAttribute(name)
  else if (node.getAttribute(name) !== value) node.setAttribute(name, value)
}

/**
 * The element with this id.
 * @param {string} id
 */
export function byId(id) {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`the page has no #${id}`)
  return found
}

/**
 * Makes the children of `parent` those of `items`, in order. An item that was there keeps its element, and with it the
 * focus and the selection.
 * @template Item
 * @template {Element} Kept
 * @param {Element} parent
 * @param {readonly Item[]} items
 * @param {{ key(item: Item): string, create(item: Item): Kept, update(kept: Kept, item: Item): void }} how
 */
export function reconcile(parent, items, { key, create, update }) {
  const before = new Map(
    [...parent.children].map((child) => [/** @type {HTMLElement} */ (child).dataset.key ?? "", child]),
  )
  let place = parent.firstElementChild
  for (const item of items) {
    const name = key(item)
    let kept = /** @type {Kept | undefined} */ (before.get(name))
    before.delete(name)
    if (kept === undefined) {
      kept = create(item)
      kept.setAttribute("data-key", name)
    }
    if (kept === place) place = place.nextElementSibling
    else parent.insertBefore(kept, place)
    update(kept, item)
  }
  for (const gone of before.values()) gone.remove()
}
