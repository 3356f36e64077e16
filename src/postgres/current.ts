import type { ClientBase, PoolClient } from "pg"
import type { Applied } from "./applied.ts"
import { groupRoles } from "./roles.ts"
import type { CurrentFile, Revision } from "./schema_files.ts"
import { sqlstate, sqlstateOf } from "./sqlstate.ts"

/**
 * The files of sql/current that are to be applied, in their order: whose text differs from what was applied, or whose
 * view or function is not there any more; and with any of them those that act on what others have made. Reads only.
 */
export async function currentDue(
  client: Pick<ClientBase, "query">,
  files: readonly CurrentFile[],
  applied: Applied,
): Promise<CurrentFile[]> {
  const { rows } = await client.query<{ name: string; body: string | null }>(
    `select format('%s.%s', n.nspname, p.proname) as name, md5(p.prosrc) as body
     from pg_proc p join pg_namespace n on n.oid = p.pronamespace where format('%s.%s', n.nspname, p.proname) = any ($1)
     union all
     select format('%s.%s', v.schemaname, v.viewname), null from pg_views v where format('%s.%s', v.schemaname, v.viewname) = any ($1)`,
    [files.map(({ name }) => name)],
  )
  const there = new Set(rows.map(({ name, body }) => `${name} ${body}`))
  const changed = files.filter(
    ({ file, fingerprint, name, body }) =>
      applied.current.get(file)?.fingerprint !== fingerprint ||
      (name !== null && !there.has(`${name} ${body}`)),
  )
  if (changed.length > 0) return files.filter((file) => file.name === null || changed.includes(file))
  return (await lackGrants(client)) ? files.filter(({ file }) => file === grantsFile) : []
}

const grantsFile = "grants.sql"

/** Whether a group role came after the last migrate. */
async function lackGrants(client: Pick<ClientBase, "query">): Promise<boolean> {
  const { rows } = await client.query(
    "select from pg_roles where rolname = any ($1) and not has_table_privilege(oid, 'public.sf_shadow_lag', 'select')",
    [groupRoles],
  )
  return rows.length > 0
}

/** Applies files of sql/current in one transaction, at the end of which the schema has the program's revision. */
export async function applyCurrent(
  client: PoolClient,
  due: readonly CurrentFile[],
  all: readonly CurrentFile[],
  { revision, serves }: Revision,
): Promise<void> {
  await client.query("begin")
  try {
    // A reader with an open transaction on a view must not block every other reader behind us.
    await client.query("set local lock_timeout = '15s'")
    // Functions call each other, whichever comes first.
    await client.query("set local check_function_bodies = off")
    for (const { file, sql } of due) {
      await client.query(sql).catch((error: Error) => {
        const hint =
          sqlstateOf(error) === sqlstate.lockNotAvailable
            ? " Somebody holds a lock on it for over 15 s: end that transaction and run migrate again."
            : ""
        throw new Error(`sql/current/${file}: ${error.message}.${hint}`, { cause: error })
      })
    }
    await client.query(
      `insert into sf_shadow.current_file as known (file, fingerprint, name, body)
       select file, fingerprint, name, body
       from unnest($1::text[], $2::text[], $3::text[], $4::text[]) due (file, fingerprint, name, body)
       on conflict (file) do update set fingerprint = excluded.fingerprint, name = excluded.name, body = excluded.body`,
      [
        due.map(({ file }) => file),
        due.map(({ fingerprint }) => fingerprint),
        due.map(({ name }) => name),
        due.map(({ body }) => body),
      ],
    )
    await client.query("delete from sf_shadow.current_file where file <> all ($1)", [
      all.map(({ file }) => file),
    ])
    await client.query(
      `insert into sf_shadow.revision as known (revision, serves) values ($1, $2)
       on conflict (only_row) do update set revision = excluded.revision, serves = excluded.serves, migrated_at = now()`,
      [revision, serves],
    )
    await client.query("commit")
  } catch (error) {
    await client.query("rollback")
    throw error
  }
}
