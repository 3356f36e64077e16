import { randomBytes } from "node:crypto"
import pg from "pg"
import pino from "pino"
import { migrate } from "../src/postgres/migrate.ts"
import { globalSetup, globalTeardown } from "./global_setup.ts"

/** How test/schema.sql is written anew. */
export const dumpCommand = "node --import tsx test/schema_dump.ts > test/schema.sql"

type Queries = Pick<pg.Client, "query">

const ours = "('public'::regnamespace, 'sf_shadow'::regnamespace)"

/**
 * Describes the schemas public and sf_shadow of a database as text, in an order that does not depend on how they
 * came about: tables with columns, constraints, indexes and triggers, types, views, functions with a fingerprint of
 * their bodies, and what our roles are granted. The first line names the major version of Postgres, whose own words
 * differ between versions.
 */
export async function dumpSchema(client: Queries): Promise<string> {
  const lines = async (sql: string) =>
    (await client.query<{ line: string }>(sql)).rows.map(({ line }) => line).join("\n")
  return `${await lines("select '-- Postgres ' || current_setting('server_version_num')::int / 10000 as line")}
-- Written by: ${dumpCommand}

${await lines(tables)}
${await lines(types)}

${await lines(views)}

${await lines(functions)}

${await lines(grants)}
`
}

/** NOT NULL is shown with its column: only Postgres 18 keeps it as a constraint. */
const tables = `
  select format(E'create table %s (\\n%s\\n)%s%s;\\n', c.oid::regclass, parts.lines,
    ' partition by ' || pg_get_partkeydef(c.oid), ' with (' || array_to_string(c.reloptions, ', ') || ')')
    || coalesce(further.lines || E'\\n', '') as line
  from (select c.*, n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace) c
  cross join lateral (
    select string_agg('  ' || part, E',\\n' order by place, part) as lines from (
      select a.attnum::int as place, concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
        'collate ' || (select quote_ident(l.collname) from pg_collation l where l.oid = a.attcollation and l.collname <> 'default'),
        case when a.attstorage <> t.typstorage then 'storage ' || a.attstorage::text end,
        case when a.attidentity = 'a' then 'generated always as identity' end,
        'default ' || pg_get_expr(d.adbin, d.adrelid), case when a.attnotnull then 'not null' end) as part
      from pg_attribute a
      join pg_type t on t.oid = a.atttypid
      left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      union all
      select 10000, format('constraint %I %s', k.conname, pg_get_constraintdef(k.oid))
      from pg_constraint k where k.conrelid = c.oid and k.contype in ('p', 'u', 'f', 'c', 'x')
    ) part
  ) parts
  cross join lateral (
    select string_agg(further.line || ';', E'\\n' order by further.line) as lines from (
      select pg_get_indexdef(i.indexrelid) as line from pg_index i
      where i.indrelid = c.oid and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.conrelid = c.oid)
      union all
      select pg_get_triggerdef(t.oid) from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal
    ) further
  ) further
  where c.relnamespace in ${ours} and c.relkind in ('r', 'p') and not c.relispartition
  order by c.nspname, c.relname`

const types = `
  select format('create type %s as (%s);', t.oid::regtype,
    string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' order by a.attnum)) as line
  from pg_type t join pg_class c on c.oid = t.typrelid and c.relkind = 'c' join pg_attribute a on a.attrelid = c.oid
  where t.typnamespace in ${ours} and a.attnum > 0 and not a.attisdropped
  group by t.oid
  order by t.oid::regtype::text`

const views = `
  select format(E'create view %s as\\n%s\\n', c.oid::regclass, pg_get_viewdef(c.oid)) as line
  from pg_class c
  where c.relnamespace in ${ours} and c.relkind = 'v'
  order by c.oid::regclass::text`

const functions = `
  select format('create function %s(%s) returns %s language %s%s%s%s%s; -- body %s', p.oid::regproc,
    pg_get_function_arguments(p.oid), pg_get_function_result(p.oid), l.lanname,
    case p.provolatile when 'i' then ' immutable' when 's' then ' stable' end,
    case when p.proisstrict then ' strict' end, case when p.prosecdef then ' security definer' end,
    ' set ' || array_to_string(p.proconfig, ' set '),
    left(md5(coalesce(pg_get_function_sqlbody(p.oid), p.prosrc)), 8)) as line
  from pg_proc p join pg_language l on l.oid = p.prolang
  where p.pronamespace in ${ours}
  order by p.oid::regproc::text, pg_get_function_arguments(p.oid)`

const grants = `
  select format('grant %s on %s to %s;', string_agg(privilege, ', ' order by privilege), object, grantee) as line
  from (
    select 'schema ' || n.nspname as object, acl.grantee, acl.privilege_type
    from pg_namespace n cross join aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) acl where n.oid in ${ours}
    union all
    select 'table ' || c.oid::regclass, acl.grantee, acl.privilege_type
    from pg_class c cross join aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) acl
    where c.relnamespace in ${ours} and c.relkind in ('r', 'p', 'v')
    union all
    select 'function ' || p.oid::regprocedure, acl.grantee, acl.privilege_type
    from pg_proc p cross join aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) acl
    where p.pronamespace = 'public'::regnamespace
  ) granted (object, grantee_id, privilege)
  join (select oid, rolname::text as grantee from pg_roles where rolname in ('sf_shadow_reader', 'sf_shadow_operator')
    union all select 0, 'public') role on role.oid = grantee_id
  group by object, grantee
  order by object, grantee`

/** Migrates an empty database and writes its schema to stdout. */
async function main(): Promise<void> {
  await globalSetup()
  const server = new URL(process.env.TEST_DATABASE_URL as string)
  const name = `schema_${randomBytes(6).toString("hex")}`
  const administer = async (sql: string) => {
    const client = new pg.Client({ connectionString: server.href })
    await client.connect()
    await client.query(sql)
    await client.end()
  }
  await administer(`create database ${name} template template0`)
  try {
    const url = new URL(server)
    url.pathname = `/${name}`
    await migrate(url.href, pino({ level: "silent" }))
    const client = new pg.Client({ connectionString: url.href })
    await client.connect()
    process.stdout.write(await dumpSchema(client))
    await client.end()
  } finally {
    await administer(`drop database ${name} with (force)`)
    await globalTeardown()
  }
}

if (process.argv[1] === import.meta.filename) await main()
