import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

const root = fileURLToPath(new URL("../..", import.meta.url))

for (const [script, args, expected] of [
  ["sf-shadow", ["status", "--help"], /^Usage: sf-shadow status/],
  ["start", ["--help"], /^Usage: sf-shadow start/],
] as const)
  test(`npm run ${script}`, async () => {
    const { stdout, stderr } = await promisify(execFile)("npm", ["run", "--silent", script, "--", ...args], {
      cwd: root,
    })
    assert.match(stdout, expected)
    assert.equal(stderr, "")
  })
