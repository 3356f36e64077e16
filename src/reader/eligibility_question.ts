import { readerKeys } from "../base/cache_keys.ts"
import { readRecords } from "../salesforce/records.ts"
import type { Session } from "../salesforce/session.ts"
import type { Sources } from "./product_question.ts"
import type { Held, Question } from "./question.ts"
import { ageOf, comparableRow, type Freshness, nowMsSql, recordsToRows, withoutSync } from "./shadow_rows.ts"
import type { Row } from "./values.ts"

interface ShadowAnswer {
  now_ms: string
  accounts: (Row & { synced_at: string })[]
  freshness: Freshness
}

const shadowQuery = `
  select ${nowMsSql} as now_ms,
    (select coalesce(jsonb_agg(jsonb_build_object('account_id', a.account_id,
        'internet_eligibility', a.internet_eligibility, 'eligibility_source', a.eligibility_source,
        'updated_at', a.updated_at, 'raw_payload', a.raw_payload, 'synced_at', a.synced_at)), '[]')
      from public.sf_account_eligibility_shadow a where a.account_id = $1) as accounts,
    (select to_jsonb(f) from public.sf_shadow_freshness('Account', array[$1]) f) as freshness`

/** The question for one account's eligibility; its key is the one that `invalidations_to_redis` clears. */
export function eligibilityQuestion({ pool, session, mappings }: Sources, accountId: string): Question<Row> {
  return {
    object: "Account",
    key: readerKeys.eligibility(accountId),
    isCached: true,
    what: `eligibility of account ${accountId}`,
    isList: false,
    async fromShadow(staleAfterMs): Promise<Held<Row>> {
      const { rows } = await pool.query<ShadowAnswer>(shadowQuery, [accountId])
      const { now_ms, accounts, freshness } = rows[0] as ShadowAnswer
      const part = {
        object: "Account",
        keyColumn: "account_id",
        rows: accounts,
        freshness,
        isSet: accounts.length === 0,
      }
      return { ...ageOf([part], Number(now_ms), staleAfterMs), rows: accounts.map(withoutSync) }
    },
    async prepare() {
      const { fields } = await mappings.of("Account")
      return async (signal) => {
        const request = { object: "Account", fields, ids: [accountId], signal, repeatable: false }
        const { records, readFrom } = await readRecords(session as Session, request)
        return { records: { Account: records }, readFrom }
      }
    },
    async toRows(raw) {
      const { margin_ms } = await mappings.of("Account")
      const rows = await recordsToRows({ pool, mappings }, "Account", raw.records.Account ?? [])
      return {
        rows,
        freshAsOf: raw.readFrom.getTime() - margin_ms,
        ids: { Account: rows.length > 0 ? [accountId] : [] },
      }
    },
    async comparable(rows) {
      const { not_compared } = await mappings.of("Account")
      return rows.map((row) => comparableRow(row, not_compared))
    },
  }
}
