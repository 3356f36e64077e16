import { escapeLiteral, type PoolClient, type QueryResultRow } from "pg"

/**
 * Collects the statements of a transaction, to be sent as one: the way to the server and back would take longer
 * than the work. Parameters become literals.
 */
export class Statements {
  readonly texts: string[] = []

  add(text: string, values: readonly unknown[] = []): void {
    this.texts.push(text.replace(/\$(\d+)/g, (_, number: string) => literal(values[Number(number) - 1])))
  }

  /** For code of the service that has a client do one query and does not look at its result. */
  asClient(): PoolClient {
    const query = async (text: string, values: unknown[]): Promise<{ rows: QueryResultRow[] }> => {
      this.add(text, values)
      return { rows: [] }
    }
    return { query } as unknown as PoolClient
  }
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return "null"
  if (typeof value === "number" || typeof value === "boolean") return String(value)
  if (value instanceof Date) return `'${value.toISOString()}'::timestamptz`
  if (Buffer.isBuffer(value)) return `'\\x${value.toString("hex")}'::bytea`
  if (Array.isArray(value)) return value.length === 0 ? "'{}'" : `array[${value.map(literal).join(", ")}]`
  return escapeLiteral(String(value))
}
