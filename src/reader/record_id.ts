/** What a reader was asked for cannot exist: nothing was read or called. */
export class MalformedKeyError extends RangeError {
  override readonly name = "MalformedKeyError"
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

/** First three characters of the ids of an object (Salesforce's key prefixes), as far as they are known here. */
const keyPrefixes: ReadonlyMap<string, string> = new Map([
  ["Product2", "01t"],
  ["Account", "001"],
  ["Pricebook2", "01s"],
])

/**
 * Checks a record id and returns its 18-character form.
 *
 * @param id 15 characters, or 18 whose last three fit (they tell which letters are capitals)
 * @param object whose key prefix the id must bear, where that is known
 * @throws MalformedKeyError
 */
export function recordId(id: unknown, object: string): string {
  const wrong = (what: string) =>
    new MalformedKeyError(`${shown(id)} is no id of ${object}: ${what}. Nothing was read.`)
  if (typeof id !== "string" || !/^(?:[0-9A-Za-z]{15}|[0-9A-Za-z]{18})$/.test(id)) {
    throw wrong("an id has 15 or 18 letters and digits")
  }
  const prefix = keyPrefixes.get(object) ?? ""
  if (!id.startsWith(prefix)) throw wrong(`ids of ${object} begin with ${prefix}`)
  const whole = id.slice(0, 15) + checksum(id)
  if (id.length === 18 && id !== whole) throw wrong("its last three characters do not fit the others")
  return whole
}

/** Checks the name of a Salesforce object. @throws MalformedKeyError */
export function objectName(value: unknown): string {
  if (typeof value === "string" && /^[A-Za-z]\w{0,99}$/.test(value)) return value
  throw new MalformedKeyError(
    `${shown(value)} is no name of an object: it is Salesforce's, for instance Contact or Site__c. Nothing was read.`,
  )
}

/** Of a text that is looked for, in characters. */
const longestKey = 255

/** Checks a text that is looked for. @throws MalformedKeyError when it is empty, too long or no text that Postgres holds */
export function keyText(value: unknown, name: string): string {
  if (
    typeof value === "string" &&
    value !== "" &&
    value.length <= longestKey &&
    !value.includes("\0") &&
    value.isWellFormed()
  )
    return value
  throw new MalformedKeyError(
    `${shown(value)} is no ${name}: it must be a text of 1 to ${longestKey} characters without NUL or half of a character. Nothing was read.`,
  )
}

/** Checks an ISO 4217 currency code. @throws MalformedKeyError */
export function currencyCode(value: unknown): string {
  if (typeof value === "string" && /^[A-Z]{3}$/.test(value)) return value
  throw new MalformedKeyError(
    `${shown(value)} is no currency: it must be three capitals, as in EUR. Nothing was read.`,
  )
}

/** Which letters of each five characters are capitals, five bits a character, lowest first. */
function checksum(id: string): string {
  return [0, 5, 10]
    .map((from) => {
      let bits = 0
      for (let place = 0; place < 5; place++) if (/[A-Z]/.test(id.charAt(from + place))) bits |= 1 << place
      return alphabet.charAt(bits)
    })
    .join("")
}

function shown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value.slice(0, 60)) : String(value)
}
