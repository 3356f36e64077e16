/**
 * The bytes of a text in CSV and in change events. The documentation does not say what becomes there of half of a surrogate
 * pair, which is no UTF-8; here it takes the three bytes that UTF-8 would have for it: the worst that a client can get.
 */
export function bytesOf(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text)
  const halves = /(\p{Surrogate})/u
  return Buffer.concat(
    text
      .split(halves)
      .map((part) => (halves.test(part) ? halfOfPair(part.charCodeAt(0)) : Buffer.from(part))),
  )
}

function halfOfPair(unit: number): Buffer {
  return Buffer.from([0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)])
}
