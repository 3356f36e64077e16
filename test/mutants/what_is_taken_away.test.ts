import assert from "node:assert/strict"
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { test } from "node:test"
import { describeMutant, mutate } from "./mutant.ts"
import { equivalent } from "./rules.ts"
import { sqlMutants } from "./sql_mutants.ts"

const current = join(import.meta.dirname, "../../sql/current")
const names = (sql: string) => sqlMutants(sql).map((mutant) => describeMutant(sql, mutant))

test("one condition, operand, term, assignment or statement of a function at a time; no head, comment or message", () => {
  const sql = `-- a comment with or and and
create or replace function f(x text default '{}') returns void language plpgsql set search_path = '' as $$
begin
  if a and not b or c then
    raise exception 'a and b' using hint = coalesce(x, 'none');
  end if;
  update t set p = greatest(p, q - m), r = 'no and, no or' from u where t.id = u.id and u.n between 1 and 2;
  execute format($sql$ select * from %1$s s left join v on v.id = s.%2$I where s.k in (1, 2) limit 3 $sql$, x);
end
$$;`
  assert.deepEqual(names(sql), [
    "4 operand: without «a and»",
    "4 condition: «a and not b or c» is true",
    "4 condition: «a and not b or c» is false",
    "4 operand: without «and not b»",
    "4 operand: without «or c»",
    "7 statement: «update t set p = greatest(p, q - m), r = 'no and, no or' from u where t.id = u.id and u.n between 1 and 2» is null",
    "7 assignment: without «p = greatest(p, q - m),»",
    "7 term: without «p,»",
    "7 term: without «, q - m»",
    "7 term: without «- m»",
    "7 assignment: without «, r = 'no and, no or'»",
    "7 operand: without «t.id = u.id and»",
    "7 condition: «t.id = u.id and u.n between 1 and 2» is true",
    "7 condition: «t.id = u.id and u.n between 1 and 2» is false",
    "7 operand: without «and u.n between 1 and 2»",
    "8 statement: «execute format($sql$ select * from %1$s s left join v on v.id = s.%2$I where s.k in (1, 2) limit 3 $sql$, x)» is null",
    "8 left join: «v.id = s.%2$I» is false",
    "8 condition: «s.k in (1, 2)» is true",
    "8 condition: «s.k in (1, 2)» is false",
    "8 limit: without «limit 3»",
  ])
})

test("branches of a case, its else, an order and what is distinct, in a view too", () => {
  const sql = `create or replace view v as
select case when a is not null then 1 else 2 end as n, array_agg(distinct b order by b) as bs
from t where x is distinct from y;`
  assert.deepEqual(names(sql), [
    "2 branch: «a is not null» is false",
    "2 else: «2» is null",
    "2 distinct: without «distinct»",
    "2 order: without «order by b»",
    "3 condition: «x is distinct from y» is true",
    "3 condition: «x is distinct from y» is false",
  ])
})

test("every file of sql/current has mutants that are other texts, and each that is known to be equivalent is one of them", async () => {
  const found = new Map<string, string[]>()
  for (const file of await readdir(current, { recursive: true })) {
    if (!file.endsWith(".sql")) continue
    const sql = await readFile(join(current, file), "utf8")
    const mutants = sqlMutants(sql)
    assert.equal(
      new Set(mutants.map((mutant) => mutate(sql, mutant)).concat(sql)).size,
      mutants.length + 1,
      file,
    )
    found.set(`sql/current/${file}`, names(sql))
  }
  for (const { file, mutant } of equivalent.filter(({ file }) => file.startsWith("sql/")))
    assert.ok(
      found.get(file)?.some((name) => name.includes(mutant)),
      `${file} has no mutant ${mutant}`,
    )
})
