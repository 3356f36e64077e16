import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { cp, glob, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import pg from "pg"
import pino from "pino"
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/postgres/embedded.ts"
import { migrate } from "../../src/postgres/migrate.ts"
import { testServer } from "../global_setup.ts"
import { type Ran, SqlTests } from "./sql_tests.ts"

const project = join(import.meta.dirname, "../..")
const notCopied = new Set(["node_modules", ".git", ".mutants", ".data"])
const template = "mutant"

/** How a run ended: with the test that was red first, null where all are green; late where the tests had no end. */
export interface Ending {
  red: string | null
  isLate: boolean
}

/** A copy of the project and a Postgres, in which one mutant after the other is planted and tested. */
export class Workplace {
  readonly folder: string
  readonly #server: EmbeddedPostgres
  readonly #data: string
  readonly #sqlTests: SqlTests

  private constructor(folder: string, data: string, server: EmbeddedPostgres) {
    this.folder = folder
    this.#data = data
    this.#server = server
    this.#sqlTests = new SqlTests(folder, this.#environment)
  }

  static async open(): Promise<Workplace> {
    const folder = await mkdtemp(join(tmpdir(), "sf-shadow-mutants-"))
    // A copy, so that mutants of src can be written into it, and nobody's edits meanwhile are taken for survivors.
    await cp(project, folder, { recursive: true, filter: (path) => !notCopied.has(basename(path)) })
    await symlink(join(project, "node_modules"), join(folder, "node_modules"))
    const data = await mkdtemp(join(tmpdir(), "sf-shadow-mutants-data-"))
    const server = await startEmbeddedPostgres(testServer(data, { track_functions: "all" }))
    const place = new Workplace(folder, data, server)
    await place.#administer(`create database ${template} template template0`)
    await migrate(place.#url(template), pino({ level: "silent" }))
    return place
  }

  async close(): Promise<void> {
    this.#sqlTests.stop()
    await this.#server.stop()
    for (const folder of [this.folder, this.#data, this.#server.folder])
      await rm(folder, { recursive: true, force: true })
  }

  read(file: string): Promise<string> {
    return readFile(join(this.folder, file), "utf8")
  }

  async glob(patterns: string[]): Promise<string[]> {
    const files: string[] = []
    for await (const file of glob(patterns, { cwd: this.folder })) files.push(file)
    return files.sort()
  }

  /** Does `work` while a file of the project has another text. */
  async withText<T>(file: string, text: string, work: () => Promise<T>): Promise<T> {
    const original = await this.read(file)
    await writeFile(join(this.folder, file), text)
    try {
      return await work()
    } finally {
      await writeFile(join(this.folder, file), original)
    }
  }

  /**
   * Does `work` while the template of all tests' databases has another function or view.
   *
   * @throws pg.DatabaseError where Postgres refuses the text
   */
  async withDefinition<T>(original: string, sql: string, work: () => Promise<T>): Promise<T> {
    await this.#inTemplate(sql)
    try {
      return await work()
    } finally {
      await this.#inTemplate(original)
    }
  }

  /** Runs tests of SQL, in this order, until a test is red. */
  async testSql(files: string[], withinMs: number): Promise<Ran> {
    const ran = await this.#sqlTests.run(files, withinMs)
    if (ran.red !== null) await this.#dropLeftovers()
    return ran
  }

  /** Runs any test files in processes of their own, until a test is red. */
  async test(files: string[], withinMs: number): Promise<Ending> {
    const ending = await this.#run(files, withinMs, {})
    await this.#dropLeftovers()
    return ending
  }

  /** The functions that a test file calls; without those that Postgres inlines, and views. */
  async functionsOf(file: string): Promise<string[]> {
    const { red } = await this.#run([file], 300_000, { TEST_KEEP_DATABASES: "1" })
    if (red !== null) throw new Error(`${file} is red without any mutant: ${red}`)
    const called = new Set<string>()
    for (const name of await this.#leftovers()) {
      await this.#connected(name, async (client) => {
        const { rows } = await client.query<{ funcname: string }>(
          "select funcname from pg_stat_user_functions",
        )
        for (const { funcname } of rows) called.add(funcname)
      })
    }
    await this.#dropLeftovers()
    return [...called].sort()
  }

  get #environment(): Record<string, string> {
    return { TEST_DATABASE_URL: this.#server.url, TEST_TEMPLATE_DATABASE: template }
  }

  async #run(files: string[], withinMs: number, environment: Record<string, string>): Promise<Ending> {
    const args = ["--test", "--test-concurrency=1", "--test-reporter=./test/mutants/first_red.ts", ...files]
    const child = spawn(process.execPath, args, {
      cwd: this.folder,
      env: { ...process.env, ...this.#environment, ...environment },
      stdio: ["ignore", "pipe", "ignore"],
      // A group of its own, to end the services of its tests too.
      detached: true,
    })
    let printed = ""
    child.stdout?.on("data", (chunk) => {
      printed += chunk
    })
    let isLate = false
    const clock = setTimeout(() => {
      isLate = true
      killGroup(child)
    }, withinMs)
    const [code] = (await once(child, "close")) as [number | null]
    clearTimeout(clock)
    killGroup(child)
    if (isLate) return { red: `no end within ${withinMs / 1000} s`, isLate }
    return { red: code === 0 ? null : (printed.trim().split("\n").at(-1) ?? ""), isLate }
  }

  async #leftovers(): Promise<string[]> {
    const { rows } = await this.#administer("select datname from pg_database where datname like 'test\\_%'")
    return rows.map(({ datname }) => datname as string)
  }

  async #dropLeftovers(): Promise<void> {
    for (const name of await this.#leftovers())
      await this.#administer(`drop database if exists ${name} with (force)`)
  }

  async #inTemplate(sql: string): Promise<void> {
    await this.#connected(template, (client) => client.query(sql))
  }

  #administer(sql: string): Promise<pg.QueryResult> {
    return this.#connected("postgres", (client) => client.query(sql))
  }

  async #connected<T>(database: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: this.#url(database) })
    await client.connect()
    try {
      return await work(client)
    } finally {
      await client.end()
    }
  }

  #url(database: string): string {
    const url = new URL(this.#server.url)
    url.pathname = `/${database}`
    return url.href
  }
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL")
  } catch {
    // All of them have ended.
  }
}
