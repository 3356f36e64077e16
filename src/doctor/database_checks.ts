import type { ClientBase, Pool } from "pg"
import { sfShadow } from "../base/sf_shadow.ts"
import { assertReachable } from "../postgres/fault.ts"
import { SessionClient } from "../postgres/pool.ts"
import { queueSchema } from "../postgres/queue.ts"
import { assertMigrated } from "../postgres/revision.ts"
import { groupRoles } from "../postgres/roles.ts"
import { settingsNotInForce, settingsOverridden, whatIsWrong } from "../postgres/session_settings.ts"
import type { Check } from "./check.ts"

/** Newest Postgres that the tests run against. */
const newestVersion = 18

/** Reachability, settings, rights, migrations and group roles of the database behind `pool`. Nothing is changed. */
export function databaseChecks(databaseUrl: string, pool: Pool): Check[] {
  return [
    { name: "database", ask: () => askDatabase(databaseUrl, pool) },
    { name: "session settings", needs: ["database"], ask: () => askSettings(databaseUrl, pool) },
    { name: "database privileges", needs: ["database"], ask: () => askPrivileges(pool) },
    {
      name: "migrations",
      needs: ["database"],
      async ask() {
        await assertMigrated(pool)
        return "as this version needs them"
      },
    },
    { name: "roles", needs: ["migrations"], ask: () => askRoles(pool) },
  ]
}

/** A mirrored object, as far as the checks of Salesforce need it. */
export interface MirroredObject {
  object: string
  topic: string
  enabled: boolean
  /** In words, such as: polled every 5m; null where its change events are followed. */
  polled: string | null
  /** The condition that mirrored records meet; null: all are mirrored. */
  filter: string | null
}

/** The mirrored objects; none where the database cannot say, for which there are checks of their own. */
export async function readObjects(pool: Pool): Promise<MirroredObject[]> {
  return pool
    .query<MirroredObject>(
      `select o.object, o.topic, o.enabled, case when o.poll_every is not null then l.changes end as polled, o.filter
       from sf_shadow.object o left join public.sf_shadow_lag l on l.object = o.object order by o.object_id`,
    )
    .then(({ rows }) => rows)
    .catch(() => [])
}

async function askDatabase(databaseUrl: string, pool: Pool): Promise<string> {
  await assertReachable(databaseUrl)
  const client = await pool.connect()
  try {
    const { rows } = await client.query<{ version: string; name: string; pid: number; standby: boolean }>(
      `select current_setting('server_version') as version, current_database() as name, pg_backend_pid() as pid,
         pg_is_in_recovery() as standby`,
    )
    const { version, name, pid, standby } = rows[0] as (typeof rows)[0]
    if (standby) {
      throw new Error(`${name} is a read-only standby. DATABASE_URL must name the primary.`)
    }
    const untested =
      Number.parseInt(version, 10) > newestVersion ? `; newer than ${newestVersion}, the newest tested` : ""
    // Postgres itself tells the client the process that serves it; a pooler in between tells something else.
    const { processID } = client as unknown as { processID: number | null }
    const pooled = processID === pid ? "" : "; through a pooler"
    return `Postgres ${version}, database ${name}${untested}${pooled}`
  } finally {
    client.release()
  }
}

/** On each kind of connection that the service opens: what is in force, and what it has overridden. */
async function askSettings(databaseUrl: string, pool: Pool): Promise<string> {
  const pooled = await pool.connect()
  const own = new SessionClient(databaseUrl, "sf-shadow doctor")
  try {
    await own.connect()
    if (await isSharedByTransactions(own, pooled)) {
      throw new Error(
        "a pooler hands each transaction to another session, which breaks session locks, LISTEN and settings: let it pool sessions, or connect to Postgres directly",
      )
    }
    const wrong = [...(await settingsNotInForce(pooled)), ...(await settingsNotInForce(own))]
    if (wrong.length > 0) {
      const each = [...new Set(wrong.map(whatIsWrong))].join("; ")
      throw new Error(
        `${each}. Each connection sets it, and something in between takes it back: connect to Postgres directly`,
      )
    }
    const overridden = await settingsOverridden(own)
    return `as this service needs them${overridden === "" ? "" : `; not taken over: ${overridden}`}`
  } finally {
    pooled.release()
    await own.end()
  }
}

/** Whether one connection's session changes while another one has a transaction open. */
async function isSharedByTransactions(one: ClientBase, another: ClientBase): Promise<boolean> {
  const session = async () => (await one.query("select pg_backend_pid() as pid")).rows[0].pid as number
  const before = await session()
  await another.query("begin; select")
  const after = await session()
  await another.query("rollback")
  return before !== after
}

async function askPrivileges(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{
    name: string
    superuser: boolean
    may_create: boolean
    may_create_in_public: boolean
    may_create_temporary: boolean
    foreign_objects: string[]
    closed_tables: string[]
  }>(
    `select current_user as name, r.rolsuper as superuser,
       has_database_privilege(current_database(), 'create') as may_create,
       has_schema_privilege('public', 'create') as may_create_in_public,
       has_database_privilege(current_database(), 'temporary') as may_create_temporary,
       array(select format('%I.%I', n.nspname, c.relname)
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where (n.nspname in ('sf_shadow', '${queueSchema}') or n.nspname = 'public' and c.relname like 'sf\\_%')
           and c.relkind in ('r', 'p', 'v') and not pg_has_role(c.relowner, 'usage')
         order by 1 limit 5) as foreign_objects,
       array(select format('%s on %I.%I', string_agg(p.privilege, ', ' order by p.place), n.nspname, c.relname)
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
         cross join unnest(array['select', 'insert', 'update', 'delete']) with ordinality p (privilege, place)
         where (n.nspname = 'sf_shadow' or n.nspname = 'public' and c.relname like 'sf\\_%') and c.relkind in ('r', 'p')
           and not has_table_privilege(c.oid, p.privilege)
         group by n.nspname, c.relname order by n.nspname, c.relname limit 5) as closed_tables
     from pg_roles r where r.rolname = current_user`,
  )
  const found = rows[0] as (typeof rows)[0]
  const { name, superuser, may_create, may_create_in_public, may_create_temporary } = found
  const { foreign_objects, closed_tables } = found
  if (!may_create) {
    throw new Error(
      `${name} is not allowed to create schemas: an administrator runs: grant create on database ... to ${name}`,
    )
  }
  if (!may_create_in_public) {
    throw new Error(
      `${name} is not allowed to create in schema public: an administrator runs: grant create, usage on schema public to ${name}`,
    )
  }
  if (!may_create_temporary) {
    throw new Error(
      `${name} is not allowed to create temporary tables, through which every change goes: an administrator runs: grant temporary on database ... to ${name}`,
    )
  }
  if (foreign_objects.length > 0) {
    throw new Error(
      `${name} does not own ${foreign_objects.join(", ")}: use the role that ran migrate, or have an administrator run: reassign owned by ... to ${name}`,
    )
  }
  if (closed_tables.length > 0) {
    throw new Error(
      `${name} is not allowed to ${closed_tables.join("; ")}: an administrator runs: grant select, insert, update, delete on ... to ${name}`,
    )
  }
  return superuser ? `${name} is a superuser; a role of its own is enough` : `${name} has what it needs`
}

async function askRoles(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ role: string; exists: boolean; granted: boolean }>(
    `select r.role, p.oid is not null as exists,
       coalesce(has_table_privilege(p.oid, 'public.sf_shadow_lag', 'select'), false) as granted
     from unnest($1::text[]) with ordinality r (role, place) left join pg_roles p on p.rolname = r.role
     order by r.place`,
    [groupRoles],
  )
  const missing = rows.filter(({ exists }) => !exists).map(({ role }) => role)
  if (missing.length > 0) {
    const statements = missing.map((role) => `create role ${role} nologin;`).join(" ")
    throw new Error(
      `missing: an administrator runs: ${statements} Then run migrate again, which grants them their rights: ${sfShadow} migrate`,
    )
  }
  const bare = rows.filter(({ granted }) => !granted).map(({ role }) => role)
  if (bare.length > 0) {
    throw new Error(
      `${bare.join(" and ")} came after the last migrate and have no rights. Run migrate: ${sfShadow} migrate`,
    )
  }
  return rows.map(({ role }) => role).join(", ")
}
