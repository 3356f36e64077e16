import assert from "node:assert/strict"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { test } from "node:test"
import { variables } from "../../src/base/variables.ts"
import { exitCodes } from "../../src/commands/invocation.ts"

const root = join(import.meta.dirname, "../..")
const unit = await readFile(join(root, "deploy/sf-shadow.service"), "utf8")

/** The values of a setting, in order. */
function valuesOf(name: string): string[] {
  return [...unit.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].map(([, value]) => value as string)
}

test("it runs what the package has as its command, by Node itself", async () => {
  const { bin, version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"))
  const installed = "/opt/sf-shadow/node_modules/sf-shadow"
  assert.deepEqual(valuesOf("ExecStart"), [`/usr/bin/node ${installed}/${bin["sf-shadow"]} run`])
  assert.ok(unit.includes(`--prefix /opt/sf-shadow --omit=optional ./sf-shadow-${version}.tgz`))
})

test("its exit codes and its patience are the program's", async () => {
  assert.deepEqual(valuesOf("SuccessExitStatus"), [String(exitCodes.interrupted)])
  assert.deepEqual(valuesOf("RestartPreventExitStatus"), [String(exitCodes.usage)])
  const main = await readFile(join(root, "src/main.ts"), "utf8")
  const stopWithinMs = Number(/stopWithinMs = ([\d_]+)/.exec(main)?.[1]?.replaceAll("_", ""))
  const seconds = Number(/^(\d+)s$/.exec(valuesOf("TimeoutStopSec")[0] ?? "")?.[1])
  assert.ok(stopWithinMs > 0 && seconds * 1000 > stopWithinMs + 5_000, `${seconds} s, ${stopWithinMs} ms`)
})

test("its secrets are credentials, under the names of variables", () => {
  const credentials = valuesOf("LoadCredential").map((value) => value.split(":")[0])
  const files = valuesOf("Environment").flatMap((value) =>
    value.split(" ").filter((one) => one.includes("_FILE=")),
  )
  assert.deepEqual(
    files.map((one) => one.split("%d/")[1]),
    credentials,
  )
  for (const file of files) assert.ok((file.split("_FILE=")[0] as string) in variables, file)
})
