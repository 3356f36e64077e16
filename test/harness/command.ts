import assert from "node:assert/strict"
import type { Pool } from "pg"
import type { Org } from "../../src/simulator/org/org.ts"
import { runCommand } from "../commands/process.ts"
import { waitFor } from "./wait.ts"

/** Runs `sf-shadow ARGS` to its end and fails unless it ends with `code`. Returns what it wrote. */
export async function endsWith(
  code: number,
  args: string[],
  environment: Record<string, string>,
  program?: string,
) {
  const ended = await runCommand(args, environment, program)
  assert.equal(ended.code, code, `${args.join(" ")}\n${ended.stdout}${ended.stderr}`)
  return ended
}

/**
 * Waits until loads that begin now are later than all reads so far by more than the margin (rule 5), so that
 * they decide on their own.
 */
export async function pastMargin(pool: Pool, org: Org): Promise<void> {
  await waitFor("the margin has passed since the last read", 60_000, async () => {
    const { rows } = await pool.query<{ past: boolean }>(
      // A read by REST may have begun a second, and its duration, before the whole second of its answer.
      `select max(r.read_to) < $1::timestamptz - s.margin - interval '3 seconds' as past
       from sf_shadow.read r cross join sf_shadow.setting s group by s.margin`,
      [new Date(org.now())],
    )
    return rows[0]?.past
  })
}
