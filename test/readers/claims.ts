import { account, accountId, at, type SalesforceRecord } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

/** A row of sf_account_eligibility. */
export interface Answer {
  account_id: string
  is_found: boolean
  internet_eligibility: string | null
  eligibility_source: string | null
  raw_payload: object | null
  updated_at: Date | null
  synced_at: Date | null
  age_seconds: number | null
  is_stale: boolean
  reason: string | null
  refresh_queued: boolean
}

/** Seconds after `at(0)` that are `ago` seconds before now. */
export const before = (ago: number): number => (Date.now() - at(0).getTime()) / 1000 - ago

/** A shadow whose accounts 1 to 3 were loaded two hours ago; its stream was last heard of `heardAgo` seconds ago. */
export async function loadedShadow(heardAgo: number): Promise<Shadow> {
  const shadow = await Shadow.open()
  const loadedAt = before(7200)
  await readAccounts(
    shadow,
    [1, 2, 3].map((n) => account(n, loadedAt - 600)),
    7200,
  )
  const proof = await shadow.readId("Account", { from: loadedAt })
  await shadow.all(
    `update sf_shadow.object_state set proof_read_id = $1, hole_from = null, hole_to = null, hole_reason = null,
       open_causes = '{}' where object = 'Account'`,
    proof,
  )
  await hear(shadow, heardAgo)
  return shadow
}

/** Merges accounts as they were read `ago` seconds before now. */
export async function readAccounts(shadow: Shadow, records: SalesforceRecord[], ago: number): Promise<void> {
  await shadow.read("Account", records, { from: before(ago) })
}

/** The stream's last keepalive was produced so long ago that everything up to `ago` seconds before now was heard. */
export async function hear(shadow: Shadow, ago: number): Promise<void> {
  await shadow.all(
    `update sf_shadow.stream s set keepalive_seq = s.next_seq, replay_id = '\\x01',
       keepalive_at = now() - make_interval(secs => $1) + setting.publish_delay from sf_shadow.setting setting`,
    ago,
  )
}

/** Asks as a reader does. */
export async function ask(
  shadow: Pick<Shadow, "all">,
  id: string = accountId(1),
  maxAge = "15 minutes",
): Promise<Answer> {
  const [answer] = await shadow.all<Answer>(
    "select *, extract(epoch from age)::float8 as age_seconds from sf_account_eligibility($1, $2)",
    id,
    maxAge,
  )
  return answer as Answer
}

/** The jobs that a reader has caused: key and payload. */
export function jobs(shadow: Shadow): Promise<{ key: string; task_identifier: string }[]> {
  return shadow.all("select key, task_identifier from sf_shadow_worker.jobs where key like 'refresh:%'")
}

/** The ids asked for and not read yet. */
export async function requested(shadow: Shadow): Promise<string[]> {
  const rows = await shadow.all<{ record_id: string }>(
    "select record_id from sf_shadow.refresh_request order by 1",
  )
  return rows.map(({ record_id }) => record_id)
}
