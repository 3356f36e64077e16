import { join } from "node:path"
import { type Node, type SourceFile, SyntaxKind } from "typescript/unstable/ast"
import {
  isArrayLiteralExpression,
  isBinaryExpression,
  isCallExpression,
  isConditionalExpression,
  isExpressionStatement,
  isIfStatement,
  isNumericLiteral,
  isPropertyAccessExpression,
  isStringLiteral,
  isWhileStatement,
} from "typescript/unstable/ast/is"
import { API } from "typescript/unstable/sync"
import { distinct, type Mutant } from "./mutant.ts"

const { AmpersandAmpersandToken, BarBarToken, QuestionQuestionToken, PlusToken, MinusToken } = SyntaxKind

/** Reads TypeScript files of a project by the compiler's own parser. */
export class TsMutants {
  readonly #api = new API()
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  close(): void {
    this.#api.close()
  }

  /** Every mutant of a file: one condition, operand, term, statement, or filter away; not of logs and errors' texts. */
  of(file: string): { source: string; mutants: Mutant[] } {
    const snapshot = this.#api.updateSnapshot({ openProjects: [join(this.#folder, "tsconfig.json")] })
    const parsed = snapshot.getProjects()[0]?.program.getSourceFile(join(this.#folder, file))
    if (parsed === undefined) throw new Error(`${file} is not part of the project`)
    const mutants: Mutant[] = []
    visit(parsed, parsed, mutants)
    return { source: parsed.text, mutants: distinct(parsed.text, mutants) }
  }
}

function visit(node: Node, file: SourceFile, found: Mutant[]): void {
  if (isForPeople(node, file)) return
  found.push(...mutantsOf(node, file))
  node.forEachChild((child) => visit(child, file, found))
}

/** Logging, and what is thrown: texts. */
function isForPeople(node: Node, file: SourceFile): boolean {
  if (node.kind === SyntaxKind.ThrowStatement || node.kind === SyntaxKind.ImportDeclaration) return true
  return isExpressionStatement(node) && /^(this\.)?#?log\b/.test(node.getText(file))
}

function mutantsOf(node: Node, file: SourceFile): Mutant[] {
  const become = (what: string, of: Node, by: string): Mutant => ({
    edits: [{ start: of.getStart(file), end: of.getEnd(), by }],
    what,
  })
  if (isBinaryExpression(node)) {
    const { kind } = node.operatorToken
    const [left, right] = [node.left.getText(file), node.right.getText(file)]
    if (kind === AmpersandAmpersandToken || kind === BarBarToken) {
      return [become("operand", node, left), become("operand", node, right)]
    }
    if (kind === QuestionQuestionToken) return [become("term", node, left), become("term", node, right)]
    const isText = [left, right].some((text) => /^["`]/.test(text))
    if ((kind === PlusToken || kind === MinusToken) && !isText) return [become("term", node, left)]
    return []
  }
  if (isIfStatement(node) || isWhileStatement(node)) {
    return ["true", "false"]
      .map((by) => become("condition", node.expression, by))
      .slice(isIfStatement(node) ? 0 : 1)
  }
  if (isConditionalExpression(node)) {
    return ["true", "false"].map((by) => become("condition", node.condition, by))
  }
  if (isExpressionStatement(node)) return [become("statement", node, ";")]
  if (isCallExpression(node) && isPropertyAccessExpression(node.expression)) {
    const called = node.expression.name.getText(file)
    if (called === "filter") return [become("filter", node, node.expression.expression.getText(file))]
    if (["max", "min"].includes(called) && node.arguments.length > 1) {
      return node.arguments.map((argument) => become("term", node, argument.getText(file)))
    }
  }
  if (isArrayLiteralExpression(node) && node.elements.length > 1) {
    const { elements } = node
    if (!elements.every((element) => isStringLiteral(element) || isNumericLiteral(element))) return []
    return elements.map((away) => {
      const rest = elements.filter((element) => element !== away).map((element) => element.getText(file))
      return become("element", node, `[${rest.join(", ")}]`)
    })
  }
  return []
}
