import type { Pool, PoolClient } from "pg"
import { sqlstate, sqlstateOf } from "../postgres/sqlstate.ts"
import {
  type DescribedForPlan,
  describeForPlan,
  type ListedObject,
  listObjects,
} from "../salesforce/describe_objects.ts"
import { SalesforceError } from "../salesforce/errors.ts"
import { countRecords } from "../salesforce/records.ts"
import type { Session } from "../salesforce/session.ts"

/** What is wished of an object that is to be mirrored; all but its name has a default (docs/mapping.md). */
export interface Wish {
  object: string
  /** Default: every field that can be a column. */
  fields?: string[] | undefined
  /** Of some of the fields, in place of the names that follow from their own. */
  columns?: Record<string, string> | undefined
  table?: string | undefined
  /** What raw_payload keeps. Default: mapped. */
  keep?: "mapped" | "all" | undefined
  /** The field that holds its parent's Id. Default: that of the mirrored master, where it has one. */
  parent?: string | undefined
  /** How often it is polled, in the place of change events: 5m, 2h, 1d. Default: 5m where it has none, else not at all. */
  poll?: string | undefined
  /** A condition in SOQL, as it follows WHERE: only the records that meet it are mirrored. Default: all. */
  where?: string | undefined
  /** Whether its versions are kept. Default: no. */
  history?: boolean | undefined
}

/** A field and the column that it gets. */
export interface PlannedColumn {
  field: string
  column: string
  type: string
  renamed: string | null
  reference: boolean
  /** A formula or roll-up, which no event tells. */
  calculated: boolean
  /** The parent's table, of the field that holds its Id. */
  parent?: string
}

/** What a wish comes to: names, types, and the statements that are run. */
export interface Plan {
  object: string
  table: string
  key: string
  topic: string
  keep: "mapped" | "all"
  parent_object: string | null
  parent_field: string | null
  /** How often it is polled, and why; null where its change events are followed. */
  poll: string | null
  poll_reason: string | null
  /** The field by which a delta finds what has changed. */
  cursor: string
  /** The condition that mirrored records meet; null: all are mirrored. */
  filter: string | null
  /** The table of its versions; null where they are not kept. */
  history_table: string | null
  columns: PlannedColumn[]
  /** Fields that are no columns, and why. */
  left_out: { field: string; reason: string }[]
  statements: string[]
}

/** Objects or fields cannot be added or removed as it is wished. Nothing was changed. */
export class PlanError extends Error {
  override name = "PlanError"
}

/**
 * Describes the objects of wishes, in their order.
 *
 * @throws PlanError for an object that the org does not have, or this user may not see
 */
export async function describeWishes(
  session: Session,
  wishes: readonly { object: string }[],
): Promise<DescribedForPlan[]> {
  const listed = new Map((await listObjects(session)).map((one) => [one.name.toLowerCase(), one]))
  const found = wishes.map(({ object }): ListedObject => {
    const one = listed.get(object.toLowerCase())
    if (one !== undefined) return one
    throw new PlanError(`The org has no object ${object} that this user may see. Nothing was changed.`)
  })
  const described: DescribedForPlan[] = []
  for (const one of found) described.push(await describeForPlan(session, one))
  return described
}

/**
 * How many records of an object are to be mirrored: it is asked for before anything is changed, since Salesforce alone knows
 * whether a filter can be one.
 *
 * @returns null where that is for people alone, and the org does not say so
 * @throws PlanError for a filter that cannot be one, with what Salesforce says of it
 */
export async function countWished(
  client: Pick<Pool, "query">,
  session: Session,
  wish: Pick<Wish, "where">,
  described: DescribedForPlan,
): Promise<number | null> {
  const { name } = described
  const filter = await planned<string | null>(
    client,
    "select sf_shadow.plan_filter(wish => $1, described => $2) as plan",
    JSON.stringify(wish),
    JSON.stringify(described),
  )
  return countRecords(session, name, filter).catch((error) => {
    if (filter === null) return null
    if (!(error instanceof SalesforceError) || error.retryable) throw error
    throw new PlanError(
      `Salesforce refuses the filter of ${name} (--where, or "where"), ${filter}: ${error.message.trim()} Nothing was changed.`,
      { cause: error },
    )
  })
}

/**
 * Mirrors an object, in the caller's transaction, and queues its load. A rollback takes all of it back.
 *
 * @throws PlanError that says why it cannot be
 */
export function addObject(
  client: Pick<PoolClient, "query">,
  wish: Wish,
  described: DescribedForPlan,
): Promise<Plan> {
  return planned(
    client,
    "select sf_shadow.add_object(wish => $1, described => $2) as plan",
    JSON.stringify(wish),
    JSON.stringify(described),
  )
}

/**
 * Ends the mirroring of an object, in the caller's transaction.
 *
 * @param dropData whether its table goes too
 * @returns the name of its table
 * @throws PlanError that says why it cannot be
 */
export async function removeObject(
  client: Pick<Pool, "query">,
  object: string,
  dropData: boolean,
): Promise<string> {
  const { rows } = await client
    .query<{ table: string }>('select sf_shadow.remove_object(of_object => $1, drop_data => $2) as "table"', [
      object,
      dropData,
    ])
    .catch(toPlanError)
  return (rows[0] as { table: string }).table
}

/** Another rhythm of an object's poll, or a poll in the place of its change events. */
export interface PollPlan {
  object: string
  /** Null: its change events were followed. */
  before: string | null
  poll: string
  statements: string[]
}

/** Polls a mirrored object so often from now on, in the caller's transaction. */
export async function changePoll(
  client: Pick<Pool, "query">,
  { object, before, poll }: Omit<PollPlan, "statements">,
  isDry: boolean,
): Promise<PollPlan> {
  const { rows } = await client.query<{ statement: string }>(
    "select format('update sf_shadow.object set poll_every = %L where object = %L', $1::text, $2::text) as statement",
    [poll, object],
  )
  const statements = rows.map(({ statement }) => statement)
  if (!isDry) for (const statement of statements) await client.query(statement)
  return { object, before, poll, statements }
}

/** Whether the versions of an object are kept, from now on. */
export interface HistoryPlan {
  object: string
  table: string
  kept: boolean
  history_table: string
  /** Whether those that were kept go too. */
  dropped: boolean
  statements: string[]
}

/**
 * Keeps the versions of a mirrored object from now on, or keeps them no more, in the caller's transaction.
 *
 * @param isDry only plans it
 * @throws PlanError that says why it cannot be
 */
export function keepHistory(
  client: Pick<Pool, "query">,
  { object, kept, dropData = false }: { object: string; kept: boolean; dropData?: boolean },
  isDry: boolean,
): Promise<HistoryPlan> {
  return planned(
    client,
    "select sf_shadow.keep_history(of_object => $1, kept => $2, drop_data => $3, is_dry => $4) as plan",
    object,
    kept,
    dropData,
    isDry,
  )
}

/** Runs a function of SQL that answers with its plan. @throws PlanError instead of what it has refused */
export async function planned<P>(
  client: Pick<Pool, "query">,
  sql: string,
  ...parameters: unknown[]
): Promise<P> {
  const { rows } = await client.query<{ plan: P }>(sql, parameters).catch(toPlanError)
  return (rows[0] as { plan: P }).plan
}

/** @throws PlanError instead of what SQL has refused */
export function toPlanError(cause: Error & { hint?: string }): never {
  const refusals: (string | undefined)[] = [sqlstate.badPlan, sqlstate.notMirrored]
  if (!refusals.includes(sqlstateOf(cause))) throw cause
  throw new PlanError(`${cause.message}. ${cause.hint ?? ""}`.trim(), { cause })
}
