import { transaction } from "../../src/postgres/transaction.ts"
import { account, at, type SalesforceRecord } from "./records.ts"
import { finishRun, type RunRow, readRun, runThrough } from "./runs.ts"
import { Shadow } from "./shadow.ts"

/** Seconds after `at(0)` that are `ago` seconds before now. */
const before = (ago: number): number => (Date.now() - at(0).getTime()) / 1000 - ago

/** A shadow whose accounts are polled every five minutes; those given were loaded `ago` seconds before now. */
export async function polledShadow(
  ago: number,
  records: SalesforceRecord[] = [account(1, 0), account(2, 0)],
): Promise<Shadow> {
  const shadow = await Shadow.open()
  await shadow.all("update sf_shadow.object set poll_every = '5 minutes' where object = 'Account'")
  await runThrough(shadow, "Account", "full", records, { from: before(ago) })
  return shadow
}

/** The poll that is due, or the one under way; null where none is. */
export async function startPoll(shadow: Shadow): Promise<number | null> {
  const [poll] = await shadow.all<{ run_id: number | null }>(
    "select sf_shadow.start_poll('Account') as run_id",
  )
  return poll?.run_id ?? null
}

/** An answer by REST: how long before now it was asked for, in seconds, and how many records the query finds. */
export interface AnswerOptions {
  ago: number
  total?: number
  next?: string | null
}

/** Merges the first page of a run as it was answered by REST. */
export function answerPoll(
  shadow: Shadow,
  runId: number,
  records: SalesforceRecord[],
  { ago, total = records.length, next = null }: AnswerOptions,
): Promise<void> {
  return transaction(shadow.pool, async (client) => {
    await client.query(
      "select sf_shadow.begin_rest($1, sf_shadow.begin_job($1), now() - make_interval(secs => $2), now() - make_interval(secs => $2 - 0.5), $3)",
      [runId, ago, total],
    )
    await shadow.openPage("Account", records, client)
    await client.query("select sf_shadow.bulk_to_shadow($1, 1, $2, false)", [runId, next])
  })
}

/** A whole poll, answered so many seconds before now. */
export async function poll(shadow: Shadow, records: SalesforceRecord[], ago: number): Promise<RunRow> {
  const runId = (await startPoll(shadow)) as number
  await answerPoll(shadow, runId, records, { ago })
  await finishRun(shadow, runId)
  return readRun(shadow, runId)
}

/** Has the last poll have begun so long ago. */
export async function polledBefore(shadow: Shadow, ago: string): Promise<void> {
  await shadow.all(
    "update sf_shadow.object_state set polled_at = now() - $1::interval where object = 'Account'",
    ago,
  )
}
