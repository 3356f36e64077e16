import assert from "node:assert/strict"
import { afterEach, test } from "node:test"
import { createReader, type ReaderMode } from "../../src/reader/index.ts"
import { startReading } from "./reading.ts"

const reading = await startReading()
const { seeded } = reading
await reading.claim(0)

afterEach(() => {
  delete process.env.SF_SHADOW_ENABLED
  delete process.env.ENABLE_SF_SHADOW_READS
})

async function sources(mode?: ReaderMode): Promise<string[]> {
  const reader = reading.reader({ mode })
  const answers = [
    await reader.product(seeded.products[0] as string),
    await reader.eligibility(seeded.accounts[0] as string),
    await reader.catalog(),
  ]
  await reader.idle()
  return [reader.mode, ...answers.map(({ source }) => source)]
}

test("a fresh shadow answers while it is on, and Salesforce while SF_SHADOW_ENABLED is false", async () => {
  assert.deepEqual(await sources(), ["shadow", "shadow", "shadow", "shadow"])
  process.env.SF_SHADOW_ENABLED = "false"
  const live = ["live", "salesforce", "salesforce", "salesforce"]
  assert.deepEqual(await sources(), live)
  // Whatever else is said: it is the switch for when the shadow must not be trusted.
  process.env.ENABLE_SF_SHADOW_READS = "true"
  assert.deepEqual(await sources(), live)
  assert.deepEqual(await sources("shadow"), live)
})

test("a word that is neither on nor off is refused when the reader is made", () => {
  process.env.SF_SHADOW_ENABLED = "maybe"
  assert.throws(() => createReader({ pool: reading.readerPool }), /SF_SHADOW_ENABLED: must be on or off/)
})
