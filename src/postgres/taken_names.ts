import type { ClientBase } from "pg"
import type { Applied } from "./applied.ts"
import { queueSchema } from "./queue.ts"
import type { SchemaFiles } from "./schema_files.ts"

/** Names that this program needs are somebody else's. */
export class NamesTakenError extends Error {
  override readonly name = "NamesTakenError"
}

interface Found {
  /** function add_job(text,json) of role shop */
  label: string
  name: string
  /** md5 of a function's body; null otherwise. */
  body: string | null
}

/**
 * Looks for what is not ours under the names that ours have or will have. Ours is what an applied migration has made, a
 * view that was applied here, and a function that is still as it was applied. Functions are compared by their name
 * alone: beside an overload of ours, calls of somebody else's would be ambiguous, or become ours.
 *
 * @throws NamesTakenError that lists all of it; nothing was changed
 */
export async function assertNamesFree(
  client: Pick<ClientBase, "query">,
  files: SchemaFiles,
  applied: Applied,
): Promise<void> {
  const schemas = await client.query<Found>(foreignSchemas, [queueSchema, applied.migrations.size > 0])
  const { relations, functions } = namesToBe(files, applied)
  const inPublic = await client.query<Found>(foundInPublic, [relations, functions])
  const bodies = new Set([...applied.current.values()].map(({ name, body }) => `${name} ${body}`))
  const taken = [
    ...schemas.rows,
    ...inPublic.rows.filter(({ name, body }) => body === null || !bodies.has(`public.${name} ${body}`)),
  ]
  if (taken.length === 0) return
  throw new NamesTakenError(
    `These names are needed, and what has them is not sf-shadow's, or was changed since: ${taken.map(({ label }) => label).join("; ")}. ` +
      "Nothing was done. Rename or drop it, or use a database of its own for sf-shadow, and run migrate again.",
  )
}

/** In schema public: relations, types and statistics that are still to be made; and all functions. */
function namesToBe({ migrations, current }: SchemaFiles, applied: Applied) {
  const ours = new Set([...applied.current.values()].map(({ name }) => name))
  const inPublic = current.filter(({ name }) => name?.startsWith("public."))
  const bare = (name: string | null) => (name as string).replace("public.", "")
  return {
    relations: [
      ...migrations.filter(({ id }) => !applied.migrations.has(id)).flatMap(({ publicNames }) => publicNames),
      ...inPublic.filter(({ name, body }) => body === null && !ours.has(name)).map(({ name }) => bare(name)),
    ],
    functions: [...new Set(inPublic.filter(({ body }) => body !== null).map(({ name }) => bare(name)))],
  }
}

/** A schema that holds something, and where this program's migrations were not applied. An empty one is nobody's. */
const foreignSchemas = `
  select format('schema %I of role %I', n.nspname, pg_get_userbyid(n.nspowner)) as label, n.nspname as name, null as body
  from pg_namespace n
  where n.nspname in ('sf_shadow', 'sf_shadow_compiled', $1)
    and not $2
    and (exists (select from pg_class c where c.relnamespace = n.oid and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
        -- All that a first migrate leaves which was interrupted.
        and (n.nspname, c.relname) <> ('sf_shadow', 'migrations'))
      or exists (select from pg_proc p where p.pronamespace = n.oid))
  order by n.nspname`

const foundInPublic = `
  select format('%s public.%I of role %I',
      case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'i' then 'index' when 'S' then 'sequence'
        when 'c' then 'type' else 'table' end,
      c.relname, pg_get_userbyid(c.relowner)) as label, c.relname as name, null as body
  from pg_class c where c.relnamespace = 'public'::regnamespace and c.relname = any ($1)
  union all
  -- A table has a type of its own name.
  select format('type public.%I of role %I', t.typname, pg_get_userbyid(t.typowner)), t.typname, null
  from pg_type t where t.typnamespace = 'public'::regnamespace and t.typname = any ($1) and t.typrelid = 0
  union all
  select format('statistics public.%I of role %I', s.stxname, pg_get_userbyid(s.stxowner)), s.stxname, null
  from pg_statistic_ext s where s.stxnamespace = 'public'::regnamespace and s.stxname = any ($1)
  union all
  select format('function public.%I(%s) of role %I', p.proname, pg_get_function_identity_arguments(p.oid), pg_get_userbyid(p.proowner)),
    p.proname, md5(p.prosrc)
  from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname = any ($2)
  order by 1`
