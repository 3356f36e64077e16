import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { fileURLToPath } from "node:url"
import { Client } from "pg"
import { startEmbeddedPostgres } from "../../src/postgres/embedded.ts"

const dataDir = mkdtempSync(join(tmpdir(), "sf-shadow-embedded-"))
after(() => rmSync(dataDir, { recursive: true, force: true }))
const settings = { fsync: "off" }

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client(url)
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

function serverPid(folder: string): number {
  return Number(readFileSync(join(folder, "pgdata", "postmaster.pid"), "utf8").split("\n")[0])
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test("data, port and password survive a restart, and stop leaves no process", async () => {
  const one = await startEmbeddedPostgres({ dataDir, settings })
  await query(one.url, "create table kept (word text); insert into kept values ('größer')")
  const pid = serverPid(one.folder)
  await one.stop()
  assert.equal(isAlive(pid), false)

  const two = await startEmbeddedPostgres({ dataDir, settings })
  try {
    assert.equal(two.url, one.url)
    assert.deepEqual(await query(two.url, "select upper(word) as word from kept"), [{ word: "GRÖßER" }])
  } finally {
    await two.stop()
  }
})

test("a wrong password is refused, and nothing listens beside loopback", async () => {
  const server = await startEmbeddedPostgres({ dataDir, settings })
  try {
    await assert.rejects(query(server.url.replace(/:[^:@]+@/, ":wrong@"), "select 1"), { code: "28P01" })
    const [row] = await query(server.url, "select current_setting('listen_addresses') as addresses")
    assert.deepEqual(row, { addresses: "127.0.0.1" })
  } finally {
    await server.stop()
  }
})

test("the port of the last start is exchanged when something else has it", async () => {
  const first = await startEmbeddedPostgres({ dataDir, settings })
  await first.stop()
  const taken = Number(new URL(first.url).port)
  const other = createServer().listen(taken, "127.0.0.1")
  await once(other, "listening")
  try {
    const second = await startEmbeddedPostgres({ dataDir, settings })
    assert.notEqual(Number(new URL(second.url).port), taken)
    await second.stop()
  } finally {
    other.close()
  }
})

test("a server in use by a running process is refused, by name of that process", async () => {
  const server = await startEmbeddedPostgres({ dataDir, settings })
  try {
    await assert.rejects(startEmbeddedPostgres({ dataDir, settings }), {
      message: new RegExp(`is in use by process ${process.pid}\\. Stop that process first`),
    })
  } finally {
    await server.stop()
  }
})

test("kill -9 of its owner ends the server, and the next start has the data", async () => {
  const module = fileURLToPath(new URL("../../src/postgres/embedded.ts", import.meta.url))
  const script = `
    import { startEmbeddedPostgres } from ${JSON.stringify(module)}
    const server = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)}, settings: { fsync: "off" } })
    console.log(server.folder)
    setInterval(() => {}, 1e6)`
  const owner = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  })
  const [line] = await once(owner.stdout, "data")
  const folder = String(line).trim()
  const pidFile = join(folder, "pgdata", "postmaster.pid")
  assert.ok(existsSync(pidFile))
  const gone = new Promise<void>((resolve) => {
    const watcher = watch(join(folder, "pgdata"), () => {
      if (existsSync(pidFile)) return
      watcher.close()
      resolve()
    })
  })
  owner.kill("SIGKILL")
  await gone
  const server = await startEmbeddedPostgres({ dataDir, settings })
  assert.deepEqual(await query(server.url, "select word from kept"), [{ word: "größer" }])
  await server.stop()
})

test("a stale postmaster.pid, even with the number of another process, does not stop a start", async () => {
  const server = await startEmbeddedPostgres({ dataDir, settings })
  const pidFile = join(server.folder, "pgdata", "postmaster.pid")
  const content = readFileSync(pidFile, "utf8")
  await server.stop()
  writeFileSync(pidFile, content.replace(/^\d+/, String(process.pid)))
  const again = await startEmbeddedPostgres({ dataDir, settings })
  await again.stop()
})
