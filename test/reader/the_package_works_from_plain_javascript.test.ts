import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { after, test } from "node:test"
import { promisify } from "node:util"
import { emptyFolder, pack, root } from "../package/package.ts"
import { startReading } from "./reading.ts"

const run = promisify(execFile)
const bin = (name: string) => join(root, "node_modules/.bin", name)
const reading = await startReading()
const folder = await emptyFolder({ after })
const reader = join(root, "src/reader")
const manifest = JSON.parse(await readFile(join(reader, "package.json"), "utf8"))
const needed = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)]
const tarball = await pack(reader, folder)

/** A service with the packed reader, and only what that declares, among its dependencies. */
async function install(): Promise<void> {
  const modules = join(folder, "node_modules")
  const installed = join(modules, manifest.name)
  await mkdir(installed, { recursive: true })
  await run("tar", ["-xzf", join(folder, tarball.filename), "-C", installed, "--strip-components=1"])
  await mkdir(join(modules, "@types"))
  for (const name of [...needed, "@types/node"])
    await symlink(join(root, "node_modules", name), join(modules, name))
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "shop", type: "module" }))
}

test("the tarball has what its entry imports, types included, and nothing else, of packages that it declares", async () => {
  const paths = tarball.files.map(({ path }) => path)
  const seen = new Set<string>()
  const packages = new Set<string>()
  const follow = async (module: string) => {
    for (const path of [`${module}.js`, `${module}.d.ts`].filter(
      (one) => paths.includes(one) && !seen.has(one),
    )) {
      seen.add(path)
      const text = await readFile(join(reader, path), "utf8")
      for (const [, name = ""] of text.matchAll(/^(?:import|export)(?:[\w\s,*{}]+from)? ?"([^"]+)"/gm)) {
        if (name.startsWith(".")) await follow(join(path, "..", name).replace(/\.[jt]s$/, ""))
        else if (!name.startsWith("node:")) packages.add(name.split("/")[0] as string)
      }
    }
  }
  await follow("dist/reader/index")
  const others = paths.filter((path) => !seen.has(path))
  assert.deepEqual(others.sort(), ["LICENSE", "README.md", "package.json"])
  for (const name of packages) assert.ok(needed.includes(name), `${name} is imported and not declared`)
  for (const name of Object.keys(manifest.dependencies)) assert.ok(packages.has(name), `${name} is not used`)
})

test("it is of the same version as the service, with the same libraries", async () => {
  const service = JSON.parse(await readFile(join(root, "package.json"), "utf8"))
  assert.equal(manifest.version, service.version)
  for (const [name, version] of Object.entries(manifest.dependencies))
    assert.equal(version, service.dependencies[name], name)
})

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
import { createReader, type Product, type ReadResult } from "sf-shadow-reader"
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
