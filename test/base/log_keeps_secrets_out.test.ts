import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { test } from "node:test"
import { fileURLToPath } from "node:url"

const log = fileURLToPath(new URL("../../src/base/log.ts", import.meta.url))

/** Logs with `statement` in a process of its own, and returns the lines it wrote on stderr. */
function linesOf(statement: string, level = "info"): Record<string, unknown>[] {
  const script = `
    import { createLog } from ${JSON.stringify(log)}
    const log = createLog(${JSON.stringify(level)})
    ${statement}`
  const { stderr, stdout } = spawnSync(
    process.execPath,
    ["--import", "tsx", "--input-type=module", "-e", script],
    {
      encoding: "utf8",
    },
  )
  assert.equal(stdout, "", "stdout is for results")
  return stderr
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
}

test("lines are JSON with level, time, event and the keys of the child logger", () => {
  const [line] = linesOf(
    `log.child({ object: "Product2", run: "7" }).info({ event: "bulk_to_shadow" }, "loaded")`,
  )
  assert.ok(line)
  const { time, ...rest } = line
  assert.deepEqual(rest, {
    level: "info",
    event: "bulk_to_shadow",
    object: "Product2",
    run: "7",
    msg: "loaded",
  })
  assert.match(String(time), /^\d{4}-\d\d-\d\dT/)
})

test("secrets are left out wherever they turn up", () => {
  const lines = linesOf(`
    log.warn({ event: "x", accessToken: "s3cr3t", config: { salesforce: { clientSecret: "s3cr3t", privateKey: "s3cr3t" } } })
    log.warn({ event: "x", request: { headers: { authorization: "Bearer s3cr3t" } }, databaseUrl: "postgres://u:s3cr3t@h/d" })
    const error = Object.assign(new Error("refused", { cause: new Error("by the host") }), { config: { token: "s3cr3t" }, code: "E1" })
    log.error({ event: "x", err: error })`)
  assert.equal(lines.length, 3)
  assert.doesNotMatch(JSON.stringify(lines), /s3cr3t/)
  assert.deepEqual(lines[2]?.err, {
    type: "Error",
    message: "refused",
    code: "E1",
    cause: { type: "Error", message: "by the host" },
  })
})

test("stacks are written at debug only", () => {
  const statement = `log.error({ event: "x", err: new Error("refused") })`
  assert.doesNotMatch(JSON.stringify(linesOf(statement)), /"stack"/)
  assert.match(JSON.stringify(linesOf(statement, "debug")), /"stack":"Error: refused\\n {4}at /)
})
