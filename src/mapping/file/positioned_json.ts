/** Where in a JSON text something is, counted from 1. */
export interface Position {
  line: number
  column: number
}

/** A text is no JSON. The message says what is wrong, without the place. */
export class JsonSyntaxError extends Error {
  override name = "JsonSyntaxError"
  readonly position: Position

  constructor(message: string, position: Position) {
    super(message)
    this.position = position
  }
}

type Path = readonly PropertyKey[]

/** A parsed JSON text that knows its lines. */
export interface PositionedJson {
  value: unknown
  /** The line of the key or item at a path, or of the nearest one around it. */
  lineOf(path: Path): number
  /** Keys that an object has a second time, with the line of that; its last value is taken. */
  twice: { path: Path; line: number }[]
}

const token = /[{}[\]:,]|"(?:[^"\\\n]|\\.)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null/y

/**
 * Parses JSON as `JSON.parse` does, which says neither where its values are, nor always where a fault is.
 *
 * @throws JsonSyntaxError
 */
export function parsePositioned(text: string): PositionedJson {
  const lines = new Map<string, number>()
  const twice: PositionedJson["twice"] = []
  let at = text.startsWith("\uFEFF") ? 1 : 0
  let line = 1
  let lineStart = at

  const fail = (message: string): never => {
    throw new JsonSyntaxError(message, { line, column: at - lineStart + 1 })
  }
  const skipSpace = () => {
    for (; " \t\r\n".includes(text[at] ?? "x"); at++) {
      if (text[at] !== "\n") continue
      line++
      lineStart = at + 1
    }
  }
  /** The next token, which is not taken yet; at the end of the text an empty one. */
  const peek = (): string => {
    skipSpace()
    if (at >= text.length) return ""
    token.lastIndex = at
    const found = token.exec(text)?.[0]
    if (found !== undefined) return found
    if (text[at] === '"') return fail("this text has no end on its line")
    return fail(`${/^\S{1,20}/.exec(text.slice(at, at + 20))?.[0]} is no JSON`)
  }
  const take = (isWanted: (found: string) => boolean, wanted: string): string => {
    const found = peek()
    if (!isWanted(found))
      fail(`${found === "" ? "the text ends" : `${found} stands`} where ${wanted} is expected`)
    at += found.length
    return found
  }
  const parse = (found: string): unknown => {
    try {
      return JSON.parse(found)
    } catch {
      // A text, of which the token says only where it ends.
      return fail(`${found} has a \\ or a control character that JSON lacks`)
    }
  }
  const isOne =
    (...tokens: string[]) =>
    (found: string) =>
      tokens.includes(found)

  /** What is between two brackets, with commas. */
  const list = (end: string, readOne: (index: number) => void) => {
    if (peek() === end) {
      at++
      return
    }
    for (let index = 0; ; index++) {
      readOne(index)
      if (take(isOne(",", end), `a comma or ${end}`) === end) return
    }
  }
  const readValue = (path: Path): unknown => {
    const found = take((one) => one !== "" && !"]}:,".includes(one), "a value")
    if (found === "[") {
      const items: unknown[] = []
      list("]", (index) => {
        peek()
        lines.set(JSON.stringify([...path, index]), line)
        items.push(readValue([...path, index]))
      })
      return items
    }
    if (found !== "{") return parse(found)
    const entries = new Map<string, unknown>()
    list("}", () => {
      const key = parse(take((one) => one.startsWith('"'), "a key in double quotes")) as string
      const inside = [...path, key]
      if (entries.has(key)) twice.push({ path: inside, line })
      else lines.set(JSON.stringify(inside), line)
      take(isOne(":"), "a colon")
      entries.set(key, readValue(inside))
    })
    return Object.fromEntries(entries)
  }

  const value = readValue([])
  take(isOne(""), "the end")
  return {
    value,
    twice,
    lineOf(path) {
      for (let length = path.length; length > 0; length--) {
        const found = lines.get(JSON.stringify(path.slice(0, length)))
        if (found !== undefined) return found
      }
      return 1
    },
  }
}
