import type { Pool } from "pg"
import { type PlannedColumn, planned } from "../plan.ts"

type Queries = Pick<Pool, "query">

/** A view that shows an object as Heroku Connect had it. */
export interface ViewPlan {
  object: string
  table: string
  /** With its schema, quoted where it has to be. */
  view: string
  /** Null: it goes. */
  schema: string | null
  /** Where it was; null where there was none. */
  before: string | null
  /** Heroku Connect's own table, of which the ids are taken over; null: of none. */
  ids_from: string | null
  statements: string[]
}

/** What is wished of a view. */
export interface ViewWish {
  object: string
  /** Null: it goes. */
  schema: string | null
  /** The columns that the object is about to get. */
  columns: readonly PlannedColumn[]
  /** The schema of Heroku Connect's own table, of which the ids are taken over. */
  idsFrom: string | undefined
}

/**
 * Gives an object such a view, or takes it away, in the caller's transaction.
 *
 * @param isDry only plans it
 * @throws PlanError that says why it cannot be
 */
export function changeView(
  client: Queries,
  { object, schema, columns, idsFrom }: ViewWish,
  isDry: boolean,
): Promise<ViewPlan> {
  return planned(
    client,
    `select sf_shadow.change_compatible_view(of_object => $1, in_schema => $2, planned_columns => $3, ids_from => $4, is_dry => $5) as plan`,
    object,
    schema,
    JSON.stringify(columns),
    schema === null ? null : idsFrom,
    isDry,
  )
}

/** Indexes of an object's columns, by its fields. */
export interface IndexesPlan {
  object: string
  table: string
  /** Those that get one. */
  fields: string[]
  /** Those whose index goes. */
  gone: string[]
  /** None where all is so already. */
  statements: string[]
}

/** What is wished of indexes. */
export interface IndexesWish {
  object: string
  fields: readonly string[]
  gone: readonly string[]
  /** That of its view, or null: what the view shows is what is indexed. */
  schema: string | null
  /** The columns that the object is about to get. */
  columns: readonly PlannedColumn[]
}

/**
 * Makes and drops indexes of an object, in the caller's transaction.
 *
 * @param isDry only plans it
 * @throws PlanError that says why it cannot be
 */
export function changeIndexes(
  client: Queries,
  { object, ...wish }: IndexesWish,
  isDry: boolean,
): Promise<IndexesPlan> {
  return planned(
    client,
    "select sf_shadow.change_indexes(of_object => $1, wish => $2, is_dry => $3) as plan",
    object,
    JSON.stringify(wish),
    isDry,
  )
}
