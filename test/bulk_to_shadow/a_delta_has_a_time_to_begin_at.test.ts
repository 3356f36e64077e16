import assert from "node:assert/strict"
import { test } from "node:test"
import { classifyFailure } from "../../src/bulk_to_shadow/failure.ts"
import { queryOf } from "../../src/bulk_to_shadow/query.ts"
import { product } from "../harness/records.ts"
import { startRun } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"

const run = { run_id: 7, object: "Product2" } as const

test("a delta asks for what has changed since then, deleted records included; the others for all", () => {
  const since = new Date("2026-11-27T10:00:00.250Z")
  assert.deepEqual(queryOf({ ...run, kind: "delta", since }, ["Id", "Name"]), {
    object: "Product2",
    soql: "select Id, Name from Product2 where SystemModstamp >= 2026-11-27T10:00:00.250Z",
    operation: "queryAll",
  })
  for (const kind of ["full", "ids"] as const) {
    const query = { object: "Product2", soql: "select Id from Product2", operation: "query" }
    assert.deepEqual(queryOf({ ...run, kind, since: null }, ["Id"]), query)
  }
})

test("without a time it can read, a delta asks for nothing and is given up", () => {
  for (const since of [
    null,
    undefined,
    new Date(Number.NaN),
    Number.NEGATIVE_INFINITY,
    "27.11.2026 10:00:00",
  ]) {
    assert.throws(
      () => queryOf({ ...run, kind: "delta", since: since as Date }, ["Id"]),
      (error: Error) => {
        assert.match(
          error.message,
          /^Run 7 is a delta of Product2 without a time to begin at .* Run a backfill/,
        )
        assert.deepEqual(classifyFailure(error), { action: "give-up", reason: "DELTA_WITHOUT_SINCE" })
        return true
      },
    )
  }
})

test("the database holds no such run either", async () => {
  const shadow = await Shadow.open()
  await shadow.read("Product2", [product(1, 0)], { from: 0 })
  await shadow.all("update sf_shadow.object_state set delta_from = now() where object = 'Product2'")
  const delta = await startRun(shadow, "Product2", "delta", { from: 10, expected: 1 })
  for (const since of ["null", "'-infinity'"]) {
    await assert.rejects(shadow.all(`update sf_shadow.run set since = ${since} where run_id = $1`, delta), {
      code: "23514",
      constraint: "run_delta_has_since",
    })
  }
})
