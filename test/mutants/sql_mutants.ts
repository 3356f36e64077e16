import { distinct, type Mutant } from "./mutant.ts"
import {
  caseAround,
  chains,
  edge,
  isBinary,
  isClause,
  isOfBetween,
  isOfHandler,
  isOfLeftJoin,
} from "./sql_places.ts"
import { type Token, tokensOf } from "./sql_tokens.ts"

const comparisons = ["=", "<", ">", "<=", ">=", "<>", "~", "~*", "!~", "&&", ":=", "=>"]
const lowerThanSums = [
  ...comparisons,
  "and",
  "or",
  "not",
  "is",
  "between",
  "distinct",
  "like",
  "+",
  "-",
  "||",
]
const ofManyTerms = ["greatest", "least", "coalesce", "concat_ws"]
const statementWords = ["perform", "update", "delete", "insert", "execute", "with", "analyze", "return"]

/**
 * Every mutant of a file of sql/current, a function or a view: one condition, term, assignment, statement ... is taken
 * away. Heads, comments, messages (`raise`, texts put together) and the columns of temporary tables are left alone.
 */
export function sqlMutants(sql: string): Mutant[] {
  const body = bodyOf(tokensOf(sql))
  const conditions = [...operands(body), ...wholeConditions(body), ...branches(body)]
  return distinct(sql, [
    ...conditions,
    ...sums(body),
    ...concatenations(body),
    ...body.flatMap((token, at) => [
      ...termsOfFunctions(body, token, at),
      ...assignments(body, token, at),
      ...statements(body, token, at),
      ...words(body, token, at),
    ]),
    ...negations(body, conditions),
  ])
}

function bodyOf(tokens: Token[]): Token[] {
  const first = tokens.findIndex(
    ({ text, kind, depth }, at) =>
      depth === 0 &&
      (kind === "dollar" || text === "return" || (text === "as" && tokens[at + 1]?.kind !== "dollar")),
  )
  let isSkipped = false
  return tokens.slice(first).filter(({ text }, at) => {
    if (text === "raise" || (text === "create" && tokens[first + at + 1]?.text === "temporary"))
      isSkipped = true
    // What fills a temporary table is read on.
    if (text === ";" || text === "as") isSkipped = false
    return !isSkipped
  })
}

/** One operand of `and` or `or`, with the operator that binds it. */
function operands(body: Token[]): Mutant[] {
  const isOperator = (at: number) => {
    const { text } = body[at] as Token
    return text === "or" || (text === "and" && !isOfBetween(body, at))
  }
  return [...chains(body, isOperator, () => false)].flatMap(({ from, to, operators }) =>
    [from, ...operators.map((at) => at + 1)].map((start, n) => {
      const before = operators[n - 1]
      const after = operators[n]
      // Between an `or` and an `and` it is bound by the `and`.
      const bindsBefore = before !== undefined && (after === undefined || body[before]?.text === "and")
      return bindsBefore
        ? cut(body, "operand", before, after ?? to)
        : cut(body, "operand", start, (after as number) + 1)
    }),
  )
}

/** A whole condition always holds, or never; a left join finds nothing. */
function wholeConditions(body: Token[]): Mutant[] {
  return body.flatMap(({ text }, at) => {
    const next = body[at + 1]?.text ?? ""
    const to = () => edge(body, at, 1, (place) => isClause(body, place))
    if (text === "on" && !["conflict", "commit", "true"].includes(next)) {
      return isOfLeftJoin(body, at) ? [cut(body, "left join", at + 1, to(), "false")] : []
    }
    const isOfDefinition = text === "if" && ["table", "exists"].includes(body[at - 1]?.text ?? "")
    if (!["where", "if", "elsif"].includes(text) || body[at - 1]?.text === "end" || isOfDefinition) return []
    return ["true", "false"].map((by) => cut(body, "condition", at + 1, to(), by))
  })
}

/** A branch of a `case`, or an `exit when`, is never taken; an `else` gives null. */
function branches(body: Token[]): Mutant[] {
  return body.flatMap(({ text }, at) => {
    const around = caseAround(body, at)
    if (text === "else" && around !== undefined) {
      return [
        cut(
          body,
          "else",
          at + 1,
          edge(body, at, 1, () => false),
          "null",
        ),
      ]
    }
    if (text !== "when" || isOfHandler(body, at)) return []
    const isSimple = around !== undefined && body[around + 1]?.text !== "when"
    const to = edge(body, at, 1, (place) => isClause(body, place))
    return [cut(body, "branch", at + 1, to, isSimple ? "null" : "false")]
  })
}

/** One term of a sum, but for the first. */
function sums(body: Token[]): Mutant[] {
  const isSign = (at: number) => ["+", "-"].includes((body[at] as Token).text) && isBinary(body, at)
  const ends = (at: number) => lowerThanSums.includes((body[at] as Token).text)
  return [...chains(body, isSign, ends)].flatMap(({ to, operators }) =>
    operators.map((at, n) => cut(body, "term", at, operators[n + 1] ?? to)),
  )
}

/** One part of an array or an object that is put together; not of a text for people. */
function concatenations(body: Token[]): Mutant[] {
  const isSign = (at: number) => body[at]?.text === "||"
  const ends = (at: number) => lowerThanSums.includes((body[at] as Token).text)
  return [...chains(body, isSign, ends)].flatMap(({ from, to, operators }) => {
    const starts = [from, ...operators.map((at) => at + 1)]
    const isText = (at: number) => body[at]?.kind === "text" && body[at]?.text !== "'{}'"
    if (starts.some((at, n) => isText(at) && (operators[n] ?? to) === at + 1)) return []
    return parts(body, "part", from, to, operators)
  })
}

/** One term of greatest, least, coalesce. */
function termsOfFunctions(body: Token[], { text }: Token, at: number): Mutant[] {
  if (!ofManyTerms.includes(text) || body[at + 1]?.text !== "(") return []
  return list(
    body,
    "term",
    at + 2,
    edge(body, at + 1, 1, () => true),
  )
}

/** One assignment of an update that has several. */
function assignments(body: Token[], { text }: Token, at: number): Mutant[] {
  if (text !== "set") return []
  if (body[at + 1]?.text !== "(") {
    const ends = ["where", "from", "returning", ";"]
    return list(
      body,
      "assignment",
      at + 1,
      edge(body, at, 1, (place) => ends.includes((body[place] as Token).text)),
    )
  }
  // (a, b) = (1, 2)
  const close = edge(body, at + 1, 1, () => true)
  if (body[close + 2]?.text !== "(") return []
  const values = list(
    body,
    "assignment",
    close + 3,
    edge(body, close + 2, 1, () => true),
  )
  return list(body, "assignment", at + 2, close).map(({ edits, what }, n) => ({
    edits: [...edits, ...(values[n]?.edits ?? [])],
    what,
  }))
}

/** One statement of PL/pgSQL. */
function statements(body: Token[], { text, depth }: Token, at: number): Mutant[] {
  const starts = [";", "then", "else", "loop", "begin"]
  if (depth !== 1 || !starts.includes(body[at - 1]?.text ?? "")) return []
  const isAssignment =
    body[at + 1]?.text === ":=" || (body[at + 1]?.text === "." && body[at + 3]?.text === ":=")
  if (!isAssignment && !statementWords.includes(text)) return []
  if (text === "return") {
    const isAlone = body[at - 1]?.text === "then" && body[at + 2]?.text === "end"
    if (isAlone || body[at + 1]?.text !== ";") return []
  }
  return [
    cut(
      body,
      "statement",
      at,
      edge(body, at, 1, (place) => body[place]?.text === ";"),
      "null",
    ),
  ]
}

/** A lock of rows, a limit, an order, a `distinct`. */
function words(body: Token[], { text }: Token, at: number): Mutant[] {
  const before = body[at - 1]?.text ?? ""
  const next = body[at + 1]?.text ?? ""
  if (text === "distinct" && before !== "is" && before !== "not") return [cut(body, "distinct", at, at + 1)]
  if (text === "for" && ["update", "share"].includes(next)) return [cut(body, "row lock", at, at + 2)]
  if (text === "skip" && next === "locked") return [cut(body, "row lock", at, at + 2)]
  if (text === "limit") return [cut(body, "limit", at, at + 2)]
  if (text === "order" && next === "by") {
    const ends = [";", "limit", "rows", "for", "offset", "loop", "on"]
    return [
      cut(
        body,
        "order",
        at,
        edge(body, at, 1, (place) => ends.includes((body[place] as Token).text)),
      ),
    ]
  }
  return []
}

/** A `not` that no condition takes along. */
function negations(body: Token[], conditions: Mutant[]): Mutant[] {
  const isWithin = (token: Token) =>
    conditions.some(({ edits }) => edits.some(({ start, end }) => start <= token.start && token.end <= end))
  return body.flatMap((token, at) =>
    token.text === "not" && body[at + 1]?.text !== "materialized" && !isWithin(token)
      ? [cut(body, "not", at, at + 1)]
      : [],
  )
}

/** Each part of a list in turn, where it has two or more. */
function list(body: Token[], what: string, from: number, to: number): Mutant[] {
  const commas: number[] = []
  for (let at = from; at < to; at++) {
    if (body[at]?.text === "," && body[at]?.depth === body[from]?.depth) commas.push(at)
  }
  return commas.length === 0 ? [] : parts(body, what, from, to, commas)
}

function parts(body: Token[], what: string, from: number, to: number, separators: number[]): Mutant[] {
  return [from, ...separators].map((start, n) =>
    n === 0
      ? cut(body, what, from, (separators[0] as number) + 1)
      : cut(body, what, start, separators[n] ?? to),
  )
}

/** Tokens from place `from` to before place `to` become `by`. */
function cut(body: Token[], what: string, from: number, to: number, by = ""): Mutant {
  const { start } = body[from] as Token
  return { edits: [{ start, end: (body[to - 1] as Token).end, by }], what }
}
