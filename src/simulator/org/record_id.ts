const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
const suffixDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
/** 62^5: how many ids a prefix has before they repeat. */
const idSpace = 916_132_832
/** Coprime to idSpace, so that consecutive numbers scatter over it without colliding. */
const idStride = 7_654_321

/**
 * The three characters that make a 15-character id safe to compare without case: one per five characters,
 * their upper case letters as bits, first character lowest (Salesforce Knowledge 000385585).
 */
export function idSuffix(id15: string): string {
  let suffix = ""
  for (let group = 0; group < 15; group += 5) {
    let bits = 0
    for (let i = 0; i < 5; i++) {
      const code = id15.charCodeAt(group + i)
      if (code >= 65 && code <= 90) bits |= 1 << i
    }
    suffix += suffixDigits[bits]
  }
  return suffix
}

/** The 18-character form of an id of 15 or 18 characters, or undefined for what is no id. */
export function toId18(id: string): string | undefined {
  if (!/^[0-9A-Za-z]{15}([A-Z0-5]{3})?$/.test(id)) return undefined
  const id15 = id.slice(0, 15)
  return id15 + idSuffix(id15)
}

/** Gives out 18-character ids that are unique per prefix and in no order of creation. */
export class RecordIds {
  readonly #next = new Map<string, number>()
  readonly #start: number
  readonly #bytes = Buffer.alloc(18, "0", "latin1")

  /** `start` (a whole number) moves the whole series: orders of ids differ from seed to seed. */
  constructor(start: number) {
    this.#start = start % idSpace
  }

  next(keyPrefix: string): string {
    const count = this.#next.get(keyPrefix) ?? 0
    this.#next.set(keyPrefix, count + 1)
    const own = keyPrefix.charCodeAt(1) * 62_003 + keyPrefix.charCodeAt(2) * 8_311_007
    let scattered = (count * idStride + this.#start + own) % idSpace
    const bytes = this.#bytes
    bytes.write(`${keyPrefix}Dp000000`, 0, "latin1")
    for (let place = 14; place >= 10; place--) {
      bytes[place] = digits.charCodeAt(scattered % 62)
      scattered = Math.floor(scattered / 62)
    }
    bytes.write(idSuffix(bytes.toString("latin1", 0, 15)), 15, "latin1")
    return bytes.toString("latin1", 0, 18)
  }
}
