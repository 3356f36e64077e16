import assert from "node:assert/strict"
import { test } from "node:test"
import { faultsOf } from "./sql_form.ts"

const good = `-- Consumes: marks. Produces: what is ripe of them. Reads only.
create or replace function sf_shadow.ripe(of_object text) returns bigint
language plpgsql set search_path = '' as $$
declare
  ripe bigint;
begin
  execute format($sql$
    with waiting as (
      select d.record_id from sf_shadow.dirty d where d.object = $1 and extract(epoch from d.since) is distinct from 0
    )
    select count(*) from waiting join public.%I s on s."Id" = waiting.record_id
  $sql$, of_object) into ripe using of_object;
  return ripe;
end
$$;
`

const faultsIn = (sql: string, file = "sql/current/merge/ripe.sql") =>
  faultsOf(file, sql, new Set(["ripe", "_mark_dirty"])).map(({ line, what }) => `${line}: ${what}`)

test("a function in our form has no fault", () => {
  assert.deepEqual(faultsIn(good), [])
})

const cases: [name: string, written: string | RegExp, instead: string, fault: string][] = [
  ["a tab", "ripe bigint", "ripe\tbigint", "5: a tab or a carriage return"],
  ["a blank at the end", "begin\n", "begin \n", "6: a blank at the end of the line"],
  ["an odd step", "  ripe bigint", "   ripe bigint", "5: lines are indented in steps of two blanks"],
  [
    "two steps at once",
    "    with waiting",
    "      with waiting",
    "8: the line is indented by more than a step from the one before it",
  ],
  [
    "a long line",
    "return ripe;",
    `return ${"ripe + ".repeat(20)}ripe;`,
    "13: the line has 154 characters, and 140 are the most",
  ],
  ["a second line break at the end", /$/, "\n", "17: a file ends with one line break"],
  ["a keyword in upper case", "return ripe", "RETURN ripe", "13: RETURN is not lower case"],
  ["one in the text of a format", "select count", "SELECT count", "11: SELECT is not lower case"],
  ["a table without its schema", "sf_shadow.dirty", "dirty", "9: dirty is named without its schema"],
  [
    "a function of ours without its schema",
    "return ripe;",
    "return _mark_dirty(of_object);",
    "13: _mark_dirty is named without its schema",
  ],
  [
    "no search_path",
    " set search_path = ''",
    "",
    "2: the function lacks set search_path = '', and its head does not say that it is inlined",
  ],
  [
    "a search_path where none can be",
    "Reads only.",
    "Reads only, and\n-- is inlined.",
    "3: the head says that it is inlined, and a function that sets its search_path never is",
  ],
  [
    "another name than the file's",
    "sf_shadow.ripe(",
    "sf_shadow.unripe(",
    "1: the file makes sf_shadow.unripe",
  ],
  [
    "a second function",
    /$/,
    "create or replace function sf_shadow.other() returns void\nlanguage sql set search_path = '' as $$\n$$;\n",
    "1: a file makes one function or view, and this one 2",
  ],
  ["no head", /^--.*\n/, "", "1: a file begins with a comment that says what it makes"],
  [
    "a head that says nothing of the data",
    "Consumes: marks. Produces: what is ripe of them. Reads only.",
    "What is ripe. Safe to repeat.",
    "1: the head says neither what it consumes or produces, nor that it only reads",
  ],
  [
    "an entry that may do harm twice",
    " Reads only.",
    "",
    "1: the head does not say what makes a second call safe",
  ],
]

for (const [name, written, instead, fault] of cases) {
  test(`${name} is a fault of its line`, () => {
    const bad = good.replace(written, () => instead)
    assert.notEqual(bad, good)
    assert.deepEqual(faultsIn(bad), [fault])
  })
}
