import assert from "node:assert/strict"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, type TestContext, test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { startCommand } from "./process.ts"

const dataDir = mkdtempSync(join(tmpdir(), "sf-shadow-demo-"))
after(() => rmSync(dataDir, { recursive: true, force: true }))
const environment = { SF_SHADOW_DATA_DIR: dataDir, HTTP_PORT: "0" }

/** All processes below `pid`, from /proc. */
function descendants(pid: number): number[] {
  const parents = new Map<number, number>()
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, "utf8")
      parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]))
    } catch {
      // Ended while we looked.
    }
  }
  const below = [...parents].filter(([, parent]) => parent === pid).map(([child]) => child)
  return below.flatMap((child) => [child, ...descendants(child)])
}

/** Those of `pids` that are still there a second later: the compiler beside Node ends when its pipe closes. */
async function leftOver(pids: number[]): Promise<number[]> {
  const until = Date.now() + 1_000
  while (pids.some(isAlive) && Date.now() < until) await sleep(20)
  return pids.filter(isAlive)
}

/** Whether the process runs; one that has ended and that init has not collected yet does not. */
function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    return !stat.slice(stat.lastIndexOf(")")).startsWith(") Z")
  } catch {
    return false
  }
}

async function interruptOnceFollowing(t: TestContext, products: string) {
  const demo = startCommand(["start", "--products", products], environment)
  t.after(() => demo.child.kill("SIGKILL"))
  await demo.printed(/Following changes/)
  const [, url] = await demo.printed(/(http:\/\/127\.0\.0\.1:\d+)\/readyz/)
  const ready = await fetch(`${url}/readyz`)
  assert.equal(ready.status, 200, await ready.text())
  const [, page] = await demo.printed(/(http:\S+\/) {3}the status page/)
  assert.match(await (await fetch(page as string)).text(), /<title>sf-shadow<\/title>/)
  const children = descendants(demo.child.pid as number)
  const started = Date.now()
  demo.child.kill("SIGINT")
  // A second signal within the same press, as npm forwards it.
  demo.child.kill("SIGINT")
  const code = await demo.ended
  return { code, tookMs: Date.now() - started, children, ...demo.output }
}

const skip = process.platform === "linux" ? false : "processes are read from /proc"

test("Ctrl-C ends the demo within 5 s with 130 and leaves no process; the next start has the data", {
  skip,
}, async (t) => {
  const first = await interruptOnceFollowing(t, "50")
  assert.equal(first.code, 130, first.stdout + first.stderr)
  assert.ok(first.tookMs < 5_000, `took ${first.tookMs} ms`)
  assert.ok(first.children.length > 2, "the embedded Postgres should have been among its processes")
  assert.deepEqual(await leftOver(first.children), [])
  assert.match(first.stdout, /Database: schema created/)

  const second = await interruptOnceFollowing(t, "50")
  assert.equal(second.code, 130, second.stdout + second.stderr)
  assert.match(second.stdout, /Database: the data of an earlier start is there/)
  assert.deepEqual(await leftOver(second.children), [])
})

test("Ctrl-C during the first load ends it too", { skip }, async (t) => {
  const demo = startCommand(["start", "--products", "3000"], environment)
  t.after(() => demo.child.kill("SIGKILL"))
  await demo.printed(/Loading every record/)
  const children = descendants(demo.child.pid as number)
  const started = Date.now()
  demo.child.kill("SIGINT")
  assert.equal(await demo.ended, 130)
  assert.ok(Date.now() - started < 5_000)
  assert.deepEqual(await leftOver(children), [])
})
