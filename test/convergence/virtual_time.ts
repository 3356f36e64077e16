import type pg from "pg"

/** The moment that the model counts its milliseconds from. */
export const epochMs = Date.UTC(2026, 10, 23, 10)

export function toDate(ms: number): Date {
  return new Date(epochMs + ms)
}

export function fromDate(date: Date): number {
  return date.getTime() - epochMs
}

/**
 * Gives a cloned database the model's clock: every function, view and default of ours reads the setting
 * `convergence.now` where it read now(), so that hours pass in a second and the local clock can be wrong.
 */
export async function installVirtualTime(client: pg.ClientBase): Promise<void> {
  await client.query(`
    do $$
    declare
      clock constant text := '\\m(now|clock_timestamp)\\(\\)';
      definition text;
    begin
      for definition in
        select pg_get_functiondef(p.oid) from pg_proc p
        where p.pronamespace in ('sf_shadow'::regnamespace, 'public'::regnamespace) and p.prosrc ~ clock
        union all
        select format('create or replace view %I.%I as %s', v.schemaname, v.viewname, v.definition) from pg_views v
        where v.schemaname in ('sf_shadow', 'public') and v.definition ~ clock
        union all
        select format('alter table %s alter %I set default now()', d.adrelid::regclass, a.attname)
        from pg_attrdef d
        join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
        join pg_class c on c.oid = d.adrelid
        where c.relnamespace = 'sf_shadow'::regnamespace and pg_get_expr(d.adbin, d.adrelid) ~ clock
      loop
        execute regexp_replace(definition, clock, 'current_setting(''convergence.now'')::timestamptz', 'g');
      end loop;
    end
    $$`)
}

/** The source of a function or view, with the model's clock. */
export function withVirtualTime(source: string): string {
  return source.replace(/\b(now|clock_timestamp)\(\)/g, "current_setting('convergence.now')::timestamptz")
}
