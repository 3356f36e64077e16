import type { Token } from "./sql_tokens.ts"

/** Words at which a clause of a statement, and with it any expression, begins or ends. */
const clauseWords = new Set(
  (
    "where on when if elsif having then else select return returning set from using values into loop group order " +
    "limit offset join left right cross inner union for do as filter window over begin exception asc desc with"
  ).split(" "),
)

/** Whether an expression of the same depth ends at this place. */
export function isClause(body: Token[], at: number): boolean {
  const { text } = body[at] as Token
  if (text === "from") return body[at - 1]?.text !== "distinct"
  return text === "," || text === ";" || clauseWords.has(text)
}

/** The place nearest to `at`, forwards or backwards, where its depth is left or `ends` holds on its depth. */
export function edge(body: Token[], at: number, step: 1 | -1, ends: (place: number) => boolean): number {
  const depth = body[at]?.depth ?? 0
  let place = at + step
  for (; place >= 0 && place < body.length; place += step) {
    const token = body[place] as Token
    if (token.depth < depth || (token.depth === depth && ends(place))) break
  }
  return place
}

/** Operators of one kind that bind one after the other, and where the first operand begins and the last one ends. */
export interface Chain {
  from: number
  to: number
  operators: number[]
}

/**
 * Every chain of a body.
 *
 * @param ends what else than a clause ends an operand
 */
export function* chains(
  body: Token[],
  isOperator: (place: number) => boolean,
  ends: (place: number) => boolean,
): Generator<Chain> {
  const seen = new Set<number>()
  for (const [at, { depth }] of body.entries()) {
    if (seen.has(at) || !isOperator(at)) continue
    const isEnd = (place: number) => isClause(body, place) || (ends(place) && !isOperator(place))
    const from = edge(body, at, -1, isEnd) + 1
    const to = edge(body, at, 1, isEnd)
    const operators: number[] = []
    for (let place = from; place < to; place++) {
      if (body[place]?.depth !== depth || !isOperator(place)) continue
      operators.push(place)
      seen.add(place)
    }
    yield { from, to, operators }
  }
}

/** Whether an `and` belongs to `between`. */
export function isOfBetween(body: Token[], at: number): boolean {
  const place = edge(body, at, -1, (before) =>
    ["between", "and", "or"].includes((body[before] as Token).text),
  )
  return body[place]?.text === "between"
}

/** Whether a sign has a left operand. */
export function isBinary(body: Token[], at: number): boolean {
  const before = body[at - 1]
  if (before === undefined) return false
  if (before.kind === "word")
    return !clauseWords.has(before.text) && !["and", "or", "not"].includes(before.text)
  return before.kind !== "sign" || before.text === ")" || before.text === "]"
}

/** The `case` whose branch stands here, if one does. */
export function caseAround(body: Token[], at: number): number | undefined {
  const place = edge(body, at, -1, () => false)
  return body[place]?.text === "case" ? place : undefined
}

/** The `join` that an `on` belongs to is a left one. */
export function isOfLeftJoin(body: Token[], on: number): boolean {
  const join = edge(body, on, -1, (place) => body[place]?.text === "join")
  return body[join - 1]?.text === "left"
}

/** The conditions of an exception handler are no expressions. */
export function isOfHandler(body: Token[], at: number): boolean {
  const place = edge(body, at, -1, (before) => ["exception", ";"].includes((body[before] as Token).text))
  return body[place]?.text === "exception"
}
