import type { ClientBase, QueryResultRow } from "pg"
import { sqlstate, sqlstateOf } from "./sqlstate.ts"

/** A setting of a Postgres session that this service relies on. */
export interface SessionSetting {
  name: string
  /** As `current_setting` shows it. */
  value: string
  /** Values that do as well: a session that has one of them keeps it. */
  accepts?: readonly string[]
  /** Postgres refuses to change it once the session has used a temporary table. */
  beforeTemporaryTables?: true
  /** What goes wrong with another value; for people. */
  why: string
}

/** The one that only a superuser may change: it has to be right already. */
const privileged = "session_replication_role"

/**
 * Every setting that we rely on, whatever the role, the database, DATABASE_URL or the environment say: we are a guest
 * (CONTRIBUTING.md, Upgrades). What only makes a query slower stays as the database has it, but for the last three, each of
 * which was measured. Versions that do not know a setting do without it.
 */
export const sessionSettings: readonly SessionSetting[] = [
  {
    name: "search_path",
    value: "",
    why: "our own SQL names every schema; another's table could be taken for ours",
  },
  { name: "client_encoding", value: "UTF8", why: "texts would be read as other texts" },
  {
    name: "DateStyle",
    value: "ISO, YMD",
    why: "times would be read as null, or with day and month exchanged",
  },
  { name: "IntervalStyle", value: "postgres", why: "intervals would be read as other ones" },
  { name: "TimeZone", value: "UTC", why: "the days of the event log begin at midnight UTC" },
  { name: "bytea_output", value: "hex", why: "bytes have one form" },
  { name: "extra_float_digits", value: "1", why: "a double would lose digits" },
  { name: "standard_conforming_strings", value: "on", why: "backslashes in our SQL are backslashes" },
  { name: "array_nulls", value: "on", why: "a null in a list would become the text NULL" },
  {
    name: "default_transaction_isolation",
    value: "read committed",
    why: "merges read what the last writer left",
  },
  { name: "default_transaction_read_only", value: "off", why: "nothing could be stored" },
  { name: "statement_timeout", value: "0", why: "a large page or a sweep takes its time" },
  { name: "lock_timeout", value: "0", why: "merges of an object wait for each other" },
  { name: "transaction_timeout", value: "0", why: "a page's transaction is open while it is downloaded" },
  {
    name: "idle_in_transaction_session_timeout",
    value: "0",
    why: "a page is read ahead in an open transaction",
  },
  {
    name: "idle_session_timeout",
    value: "0",
    why: "a leader and a listener hold their connection for as long as they live",
  },
  {
    name: "row_security",
    value: "off",
    why: "rows that a policy hides would be taken for deleted; so it is an error",
  },
  // Weaker, an outbox number could be given twice after a crash of the server. Stronger is the owner's choice.
  {
    name: "synchronous_commit",
    value: "on",
    accepts: ["local", "remote_write", "remote_apply"],
    why: "what was acknowledged must outlive a crash of the server",
  },
  {
    name: privileged,
    value: "origin",
    accepts: ["origin", "local"],
    why: "foreign keys and triggers must work",
  },
  { name: "jit", value: "off", why: "it costs more than the short statements of a merge" },
  {
    name: "random_page_cost",
    value: "1.1",
    why: "a batch that touches few rows would be planned as a scan of the whole table",
  },
  // Taken as they are used: from the default of 8 MB a merge spills to disk and takes 1.3 times as long.
  {
    name: "temp_buffers",
    value: "96MB",
    beforeTemporaryTables: true,
    why: "a page and its changes fit into it",
  },
]

/** A setting that has another value than it needs. */
export interface SettingNotInForce extends Pick<SessionSetting, "name" | "value" | "why"> {
  inForce: string
}

/** A settings query that gets no answer within this time fails the connection, ms. */
const patienceMs = 15_000

/** The list as a relation, without what this server's version, or this session, has no use for. */
const settable = `pg_catalog.jsonb_to_recordset($1) as s (name pg_catalog.text, value pg_catalog.text, why pg_catalog.text,
    accepts pg_catalog.jsonb, "beforeTemporaryTables" pg_catalog.bool)
  where pg_catalog.current_setting(s.name, true) is not null
    and not (coalesce(s."beforeTemporaryTables", false) and pg_catalog.pg_my_temp_schema() <> 0)
    and not coalesce(s.accepts ? pg_catalog.current_setting(s.name), false)`

/**
 * Sets what we rely on in a session that has just begun. By statement, not by the connection's `options`: those lose
 * against DATABASE_URL's own parameters, and poolers drop or refuse them. It costs one round trip for each connection,
 * which then lives for minutes or days. DATABASE_URL's other settings stay.
 *
 * @param applicationName shown in pg_stat_activity; `adopt-org` finds our processes by it
 * @throws what Postgres refuses; the connection must not be used then
 */
export async function applySessionSettings(client: ClientBase, applicationName: string): Promise<void> {
  const settings = [...sessionSettings, { name: "application_name", value: applicationName }]
  try {
    await ask(client, `select pg_catalog.set_config(s.name, s.value, false) from ${settable}`, settings)
  } catch (cause) {
    if (sqlstateOf(cause) !== sqlstate.insufficientPrivilege) throw cause
    const [refused] = (await settingsNotInForce(client)).filter(({ name }) => name === privileged)
    if (refused === undefined) throw cause
    const message = `${whatIsWrong(refused)}; only a superuser may change it: alter role (or database) ... reset ${privileged}`
    throw new Error(message, { cause })
  }
}

/** Which settings of a session are not as we need them. */
export async function settingsNotInForce(client: ClientBase): Promise<SettingNotInForce[]> {
  return ask<SettingNotInForce>(
    client,
    `select s.name, s.value, s.why, pg_catalog.current_setting(s.name) as "inForce" from ${settable}
       and pg_catalog.current_setting(s.name) <> s.value`,
    sessionSettings,
  )
}

/** What the role, the database or the URL would have set beside the server's defaults, and we have not left; "" for none. */
export async function settingsOverridden(client: ClientBase): Promise<string> {
  const [row] = await ask<{ overridden: string | null }>(
    client,
    `select string_agg(g.name || ' ' || g.reset_val || coalesce(' ' || g.unit, ''), ', ' order by g.name) as overridden
     from pg_catalog.pg_settings g
     where g.name in (select s.name from ${settable}) and g.reset_val <> g.boot_val and g.reset_val <> g.setting`,
    sessionSettings,
  )
  return row?.overridden ?? ""
}

/** In words, for people. */
export function whatIsWrong({ name, inForce, value, why }: SettingNotInForce): string {
  return `${name} is '${inForce}' and must be '${value}' (${why})`
}

async function ask<R extends QueryResultRow>(
  client: ClientBase,
  text: string,
  settings: readonly object[],
): Promise<R[]> {
  const query = { text, values: [JSON.stringify(settings)], query_timeout: patienceMs }
  return (await client.query<R>(query)).rows
}
