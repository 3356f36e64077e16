import assert from "node:assert/strict"
import { test } from "node:test"
import { endsWith } from "../harness/command.ts"
import { createTestDatabase } from "../harness/postgres.ts"

const topic = "/data/Product2ChangeEvent"

test("replay --from earliest asks for all that the bus has; a replay id for what came after it", async () => {
  const { url, pool } = await createTestDatabase()
  await pool.query("select sf_shadow.ensure_stream($1, '{Product2}')", [topic])
  const replay = (from: string) =>
    endsWith(0, ["replay", "--topic", topic, "--from", from], { DATABASE_URL: url })
  const position = async () => {
    const { rows } = await pool.query(
      "select from_earliest, encode(replay_id, 'hex') as id from sf_shadow.stream",
    )
    return rows[0]
  }
  const earliest = await replay("earliest")
  assert.equal(
    earliest.stdout,
    `${topic}: the process that follows it starts over from the earliest event.\n`,
  )
  assert.deepEqual(await position(), { from_earliest: true, id: null })
  const after = await replay("00000000001790510000")
  assert.match(after.stdout, /starts over from replay id 00000000001790510000\.$/m)
  assert.deepEqual(await position(), { from_earliest: false, id: "00000000001790510000" })
})
