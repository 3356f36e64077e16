import assert from "node:assert/strict"
import { test } from "node:test"
import { account, accountId, at, event } from "../harness/records.ts"
import { keepingVersions, versionsOf } from "../harness/versions.ts"

test("versions that have ended are kept for ever, or for history_kept; what is valid stays, however old", async () => {
  const shadow = await keepingVersions("Account")
  await shadow.read("Account", [account(1, 0), account(2, 0)], { from: 20 })
  for (const seconds of [100, 200, 300])
    await shadow.apply(
      event("Account", "UPDATE", accountId(1), seconds, { Internet_Eligibility__c: `${seconds}` }),
    )
  await shadow.apply(event("Account", "DELETE", accountId(2), 150))
  const trim = async (atMost: number) =>
    Number(
      (await shadow.all<{ n: number }>("select sf_shadow.trim_history('Account', $1) as n", atMost))[0]?.n,
    )
  const left = async () => (await versionsOf(shadow, "Account", accountId(1), "internet_eligibility")).length
  assert.deepEqual([await trim(100), await left()], [0, 4])

  await shadow.pool.query("update sf_shadow.setting set history_kept = null")
  assert.equal(await trim(100), 0)
  await shadow.pool.query("update sf_shadow.setting set history_kept = now() - $1", [at(250)])
  assert.deepEqual([await trim(2), await trim(2), await trim(2)], [2, 1, 0])
  assert.deepEqual(await versionsOf(shadow, "Account", accountId(1), "internet_eligibility"), [
    ["200", 200, 300],
    ["300", 300, null],
  ])
  assert.deepEqual(await versionsOf(shadow, "Account", accountId(2), "internet_eligibility"), [])
  await shadow.pool.query("update sf_shadow.setting set history_kept = '0'")
  assert.deepEqual([await trim(100), await trim(100)], [1, 0])
  assert.equal(
    (await shadow.all<{ n: number }>("select sf_shadow.trim_history('Product2', 10) as n"))[0]?.n,
    0,
  )
  await assert.rejects(shadow.pool.query("update sf_shadow.setting set history_kept = '-1 day'"), {
    code: "23514",
  })
})
