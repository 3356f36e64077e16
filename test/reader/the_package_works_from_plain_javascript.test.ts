import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { promisify } from "node:util"
import { startReading } from "./reading.ts"

const run = promisify(execFile)
const root = join(import.meta.dirname, "../..")
const bin = (name: string) => join(root, "node_modules/.bin", name)
const reading = await startReading()
const folder = await mkdtemp(join(tmpdir(), "sf-shadow-package-"))
after(() => rm(folder, { recursive: true, force: true }))

/** A service with the built package among its dependencies. */
async function install(): Promise<void> {
  const installed = join(folder, "node_modules/sf-shadow")
  await mkdir(installed, { recursive: true })
  await run(bin("tsc"), ["--project", join(root, "tsconfig.build.json"), "--outDir", join(installed, "dist")])
  await cp(join(root, "package.json"), join(installed, "package.json"))
  await symlink(join(root, "node_modules"), join(installed, "node_modules"))
  for (const name of ["pg", "ioredis", "@types"]) {
    await symlink(join(root, "node_modules", name), join(folder, "node_modules", name))
  }
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "shop", type: "module" }))
}

test("the example of docs/reading.md works as written, from a plain .mjs file, and its types from TypeScript", async () => {
  await install()
  const page = await readFile(join(root, "docs/reading.md"), "utf8")
  const demo = /```js\n(import[\s\S]*?)```/.exec(page)?.[1]
  assert.ok(demo)
  const url = new URL(reading.database.url)
  url.searchParams.set("options", "-c role=sf_shadow_reader")
  await writeFile(join(folder, "demo.mjs"), demo)
  const { clientId, clientSecret } = reading.simulator.credentials
  const { stdout } = await run(process.execPath, ["demo.mjs"], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: url.href,
      SF_LOGIN_URL: reading.simulator.loginUrl,
      SF_CLIENT_ID: clientId,
      SF_CLIENT_SECRET: clientSecret,
      NODE_EXTRA_CA_CERTS: reading.simulator.caFile,
    },
  })
  assert.match(stdout, /sku: 'SKU-0000001'/)
  assert.match(stdout, /source: 'shadow',[\s\S]*stale: false/)

  const consumer = `import pg from "pg"
import { createReader, type Product, type ReadResult } from "sf-shadow"
const reader = createReader({ pool: new pg.Pool(), mode: "compare" })
export const read: ReadResult<Product> = await reader.product("01t000000000001AAA")
// @ts-expect-error: the types are there, and no "any"
export const wrong: number = (await reader.eligibility("001")).value?.internetEligibility
`
  await writeFile(join(folder, "consumer.ts"), consumer)
  const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "--types", "node"]
  await run(bin("tsc"), [...options, "--skipLibCheck", "consumer.ts"], { cwd: folder }).catch((error) => {
    assert.fail(error.stdout)
  })
})
