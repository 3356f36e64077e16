import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { access, readFile } from "node:fs/promises"
import { builtinModules } from "node:module"
import { join } from "node:path"
import { after, test } from "node:test"
import { promisify } from "node:util"
import { endsWith } from "../harness/command.ts"
import { startOrg } from "../harness/org.ts"
import { createEmptyDatabase } from "../harness/postgres.ts"
import { startService } from "../harness/service.ts"
import { emptyFolder, filesOf, npm, pack, root } from "./package.ts"

const run = promisify(execFile)
const folder = await emptyFolder({ after })
const tarball = await pack(root, folder)
/** Where the package is once it is installed; commands are started from there. */
const installed = join(folder, "node_modules/sf-shadow")

test("the tarball has the program, its SQL, tasks, crontab and page, and nothing else", async () => {
  const sources = await filesOf("src/**/*.ts", "tasks/*.ts")
  const ofReaderOnly = /^src\/(reader\/|redis\/cache(_scripts)?\.ts$)/
  const program = sources
    .filter((file) => !ofReaderOnly.test(file))
    .map((file) => file.replace(/\.ts$/, ".js"))
  const asTheyAre = await filesOf("sql/**", "crontab", "src/server/page/browser/*.{html,css,js,svg}")
  const wanted = [...program, ...asTheyAre].map((file) => `dist/${file}`)
  assert.deepEqual(
    tarball.files.map(({ path }) => path).sort(),
    ["LICENSE", "README.md", "package.json", ...wanted].sort(),
  )
  assert.ok(wanted.length > 300)
})

test("what the program imports is what it depends on, and the other way round", async () => {
  const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"))
  const imported = new Set<string>()
  for (const { path } of tarball.files.filter((file) => file.path.endsWith(".js"))) {
    const text = await readFile(join(root, path), "utf8")
    for (const [, name = ""] of text.matchAll(
      /(?:\bfrom |\bimport\(|^import |\bimport\.meta\.resolve\()"([^".][^"]*)"/gm,
    ))
      imported.add(name.startsWith("@") ? name.split("/", 2).join("/") : (name.split("/")[0] as string))
  }
  const packages = [...imported].filter((name) => !name.startsWith("node:") && !builtinModules.includes(name))
  assert.deepEqual(packages.sort(), Object.keys(manifest.dependencies).sort())
})

test("installed in an empty folder, it has help, migrates, and runs its tasks; nothing of it needs tsx", async (t) => {
  const flags = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", "--omit=optional"]
  await npm(folder, "install", ...flags, join(folder, tarball.filename))
  await assert.rejects(access(join(folder, "node_modules/tsx")), "a test's library was installed")

  const bin = join(folder, "node_modules/.bin/sf-shadow")
  const { stdout } = await run(process.execPath, [bin, "migrate", "--help"], { cwd: folder })
  assert.match(stdout, /\bsf-shadow migrate\n/)
  assert.doesNotMatch(stdout, /npm run/, "an installed program is not called by npm")

  const demo = await endsWith(1, ["start"], { SF_SHADOW_DATA_DIR: join(folder, "data") }, installed)
  assert.match(
    demo.stderr,
    /^No embedded Postgres .* Install without --omit=optional .* or set DATABASE_URL/m,
  )

  const url = await createEmptyDatabase()
  const { environment } = await startOrg(t, { products: 5, pricebooks: 1, accounts: 3 })
  const migrated = await endsWith(0, ["migrate"], environment(url), installed)
  assert.match(migrated.stderr + migrated.stdout, /0001_shadow/)
  await endsWith(0, ["backfill"], environment(url), installed)

  const service = await startService(t, environment(url), [], installed)
  const [{ url: httpUrl } = {}] = service.logged("http_started") as unknown as { url: string }[]
  assert.ok(httpUrl, service.output.stderr)
  const page = await (await fetch(httpUrl)).text()
  assert.match(page, /<code>sf-shadow status<\/code>/)
  const queue = await fetch(new URL("/healthz", httpUrl))
  assert.equal(queue.status, 200)
  await service.stop()
})
