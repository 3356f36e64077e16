import assert from "node:assert/strict"
import { readFile } from "node:fs/promises"
import { test } from "node:test"
import { benchmarks } from "../bench/benchmarks.ts"
import { pageWith, readReports } from "../bench/harness/report.ts"

const page = new URL("../../docs/performance.md", import.meta.url)

test("the table of docs/performance.md is what npm run bench -- --write has made of its figures", async () => {
  const text = await readFile(page, "utf8")
  assert.equal(text, pageWith(text, await readReports()))
})

test("every benchmark is explained on the page, and has figures there", async () => {
  const text = await readFile(page, "utf8")
  for (const { name } of benchmarks) assert.ok(text.includes(`](../test/bench/${name}.ts)`), name)
  assert.deepEqual(
    (await readReports()).map(({ benchmark }) => benchmark),
    benchmarks.map(({ name }) => name),
  )
})
