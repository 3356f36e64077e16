import { isUtf8 } from "node:buffer"

/** Both ends of a mark; of Unicode's private use, so that no text of a keyboard holds it. */
const bound = "\uE000"
const markPattern = /\uE000(u0000|ud[89a-f][0-9a-f]{2}|x[0-9a-f]{2})\uE000/

/**
 * A mark, in a text, for what Postgres cannot hold there: a NUL ("u0000") and half of a surrogate pair ("ud83d") are
 * named as JSON writes them, a byte that is not UTF-8 by its value ("xff"). Marks are made where texts come in, by
 * whichever path, and found by `sf_shadow.unstorable_text`, which has the record set aside (rule 9).
 */
export function mark(what: string): string {
  return `${bound}${what}${bound}`
}

/** Whether a text may hold a mark: false is certain, true is for `sf_shadow.unstorable_text` to judge. */
export function mayHoldMarks(text: string): boolean {
  return text.includes(bound)
}

/** What the first mark of a text stands for, with a backslash in front; null where there is none. */
export function firstUnstorable(text: string): string | null {
  const found = mayHoldMarks(text) ? markPattern.exec(text)?.[1] : undefined
  return found === undefined ? null : `\\${found}`
}

/** A message with U+FFFD for what Postgres cannot hold: the words of others are stored too. */
export function storableMessage(text: string): string {
  return text.replaceAll("\0", "\uFFFD").toWellFormed()
}

/** Marks NULs and halves of pairs in what `JSON.stringify` has written; they are escapes there. */
export function markEscapes(json: string): string {
  // A backslash before it that is a text's own makes it the text "\u0000".
  return json.replace(/(?<!\\)((?:\\\\)*)\\(u0000|ud[89a-f][0-9a-f]{2})/g, `$1${mark("$2")}`)
}

/** Marks NULs, halves of pairs and whatever else is not UTF-8. Clean bytes are returned as they are. */
export function markBytes(bytes: Buffer): Buffer {
  if (isUtf8(bytes) && !bytes.includes(0)) return bytes
  const parts: Buffer[] = []
  let clean = 0
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes[at] as number)
    if (bytes[at] !== 0 && length > 0 && isUtf8(bytes.subarray(at, at + length))) {
      at += length
      continue
    }
    const half = halfOfPair(bytes, at)
    const byte = (bytes[at] as number).toString(16).padStart(2, "0")
    const what = half ?? (byte === "00" ? "u0000" : `x${byte}`)
    parts.push(bytes.subarray(clean, at), Buffer.from(mark(what)))
    at += half === null ? 1 : 3
    clean = at
  }
  parts.push(bytes.subarray(clean))
  return Buffer.concat(parts)
}

/** How many bytes of a piece of a stream are whole characters; the others begin one that the next piece ends. */
export function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number
    if (byte >= 0xc0) return characterLength(byte) > back ? bytes.length - back : bytes.length
    if (byte < 0x80) break
  }
  return bytes.length
}

/** By a character's first byte; 0 for a byte that begins none. */
function characterLength(first: number): number {
  if (first < 0x80) return 1
  if (first < 0xc2) return 0
  if (first < 0xe0) return 2
  if (first < 0xf0) return 3
  return first < 0xf5 ? 4 : 0
}

/** A surrogate in the three bytes that UTF-8 would have for it if it allowed one. */
function halfOfPair(bytes: Buffer, at: number): string | null {
  const [first, second = 0, third = 0] = bytes.subarray(at, at + 3)
  if (first !== 0xed || second < 0xa0 || second > 0xbf || third >> 6 !== 2) return null
  return `u${(0xd000 | ((second & 0x3f) << 6) | (third & 0x3f)).toString(16)}`
}
