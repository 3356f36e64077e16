import type { Pool } from "pg"
import type { DescribedForPlan } from "../salesforce/describe_objects.ts"
import { type PlannedColumn, planned } from "./plan.ts"

type Queries = Pick<Pool, "query">

/** Which fields a mirrored object is to have as columns too. */
export interface FieldsWish {
  object: string
  fields: string[]
  /** Of a single field, in place of the name that follows from its own. */
  column?: string | undefined
  /** The same of several. */
  columns?: Record<string, string> | undefined
}

/** What such a wish comes to. */
export interface FieldsPlan {
  object: string
  table: string
  keep: "mapped" | "all"
  columns: PlannedColumn[]
  /** Where the values of the rows that are there come from. */
  filled_from: "raw_payload" | "load"
  statements: string[]
}

/**
 * Gives a mirrored object more columns, in the caller's transaction, and queues what fills them.
 *
 * @param isDry only plans it
 * @throws PlanError that says why it cannot be
 */
export function addFields(
  client: Queries,
  wish: FieldsWish,
  described: DescribedForPlan,
  isDry: boolean,
): Promise<FieldsPlan> {
  return planned(
    client,
    "select sf_shadow.add_fields(wish => $1, described => $2, is_dry => $3) as plan",
    JSON.stringify(wish),
    JSON.stringify(described),
    isDry,
  )
}

/** Fills added columns from raw_payload, in the caller's transaction; what is not there waits for a load. Returns the rows changed. */
export async function fillFields(client: Queries, object: string): Promise<number> {
  const { rows } = await client.query<{ changed: number }>(
    "select sf_shadow.fill_fields(of_object => $1) as changed",
    [object],
  )
  return rows[0]?.changed ?? 0
}

/** Which fields of a mirrored object are to be columns no more. */
export interface FieldsRemoval {
  object: string
  fields: string[]
  /** Whether their columns go too. */
  dropData: boolean
}

/** What is done for that. */
export interface FieldsRemovalPlan {
  object: string
  table: string
  columns: { field: string; column: string }[]
  statements: string[]
}

/**
 * Maps fields no more, in the caller's transaction.
 *
 * @param isDry only plans it
 * @throws PlanError that says why it cannot be
 */
export function removeFields(
  client: Queries,
  { object, fields, dropData }: FieldsRemoval,
  isDry: boolean,
): Promise<FieldsRemovalPlan> {
  return planned(
    client,
    "select sf_shadow.remove_fields(of_object => $1, fields => $2, drop_data => $3, is_dry => $4) as plan",
    object,
    fields,
    dropData,
    isDry,
  )
}

/** A column's change of name. */
export interface RenamePlan {
  object: string
  table: string
  field: string
  column: string
  to: string
  statements: string[]
}

/**
 * Renames the column of a field, in the caller's transaction.
 *
 * @param isDry only plans it
 * @throws PlanError that says why it cannot be
 */
export function renameField(
  client: Queries,
  { object, field, column }: { object: string; field: string; column: string },
  isDry: boolean,
): Promise<RenamePlan> {
  return planned(
    client,
    "select sf_shadow.rename_field(of_object => $1, of_field => $2, to_column => $3, is_dry => $4) as plan",
    object,
    field,
    column,
    isDry,
  )
}

/** Another field for a column that is there. */
export interface ColumnSourcePlan {
  object: string
  table: string
  column: string
  /** The field that has filled it so far. */
  before: string
  field: string
  filled_from: "raw_payload" | "load"
  statements: string[]
}

/**
 * Fills a column from another field, in the caller's transaction, and queues what brings its values.
 *
 * @param wish with one field, and the column
 * @param isDry only plans it
 * @throws PlanError that says why it cannot be
 */
export function mapColumn(
  client: Queries,
  wish: FieldsWish,
  described: DescribedForPlan,
  isDry: boolean,
): Promise<ColumnSourcePlan> {
  return planned(
    client,
    "select sf_shadow.map_column(wish => $1, described => $2, is_dry => $3) as plan",
    JSON.stringify(wish),
    JSON.stringify(described),
    isDry,
  )
}
