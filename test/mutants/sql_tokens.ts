/** A word, number, text or sign of a SQL text; comments and blanks are none. */
export interface Token {
  /** As written; words in lower case. */
  text: string
  kind: "word" | "number" | "text" | "sign" | "dollar"
  start: number
  end: number
  /** How many parentheses, brackets, `case`s and dollar quotes are open around it; what opens and closes stands outside. */
  depth: number
}

const pattern = new RegExp(
  [
    /(?<blank>--[^\n]*|\s+)/,
    // The argument of a format is a word of the SQL that it makes.
    /(?<word>%(?:\d+\$)?[sIL]|\$\d+|"[^"]*"|[A-Za-z_][A-Za-z_0-9]*)/,
    /(?<dollar>\$[A-Za-z_]*\$)/,
    /(?<number>\d+(?:\.\d+)?)/,
    /(?<text>'(?:[^']|'')*')/,
    /(?<sign>->>|->|#>>|::|:=|=>|<=|>=|<>|!~\*?|~\*|\|\||&&|.)/,
  ]
    .map(({ source }) => source)
    .join("|"),
  "gsy",
)

const closing: Record<string, string> = { "(": ")", "[": "]", case: "end" }

/** Reads SQL and PL/pgSQL; what stands in dollar quotes (bodies, formats) is read as SQL too. */
export function tokensOf(sql: string): Token[] {
  const tokens: Token[] = []
  const open: string[] = []
  for (const match of sql.matchAll(pattern)) {
    const groups = Object.entries(match.groups as Record<string, string | undefined>)
    const [kind, written] = groups.find(([, value]) => value !== undefined) as [string, string]
    if (kind === "blank") continue
    const text = kind === "word" && !written.startsWith('"') ? written.toLowerCase() : written
    const innermost = open.at(-1)
    const isEnd = innermost !== undefined && text === (closing[innermost] ?? innermost)
    if (isEnd) open.pop()
    tokens.push({
      text,
      kind: kind as Token["kind"],
      start: match.index,
      end: match.index + written.length,
      depth: open.length,
    })
    if (!isEnd && (text in closing || kind === "dollar")) open.push(text)
  }
  return tokens
}
