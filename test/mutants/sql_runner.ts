import { registerHooks } from "node:module"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { cleanUp, collect } from "./collected_tests.ts"
import type { Ran } from "./sql_tests.ts"

// The process of sql_tests.ts: runs test files of SQL again and again, each time as if they were loaded for the first
// time, with a database of their own, while all else stays loaded.
const root = join(import.meta.dirname, "../..")
const tests = pathToFileURL(join(root, "test/")).href
const collected = new URL("collected_tests.ts", import.meta.url).href

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === "node:test") return { url: collected, shortCircuit: true }
    const resolved = next(specifier, context)
    const time = context.parentURL && new URL(context.parentURL).search
    return time && resolved.url.startsWith(tests) ? { ...resolved, url: resolved.url + time } : resolved
  },
})

process.on("message", async ({ files, time }: { files: string[]; time: number }) => {
  const tookMs: Record<string, number> = {}
  const red = await firstRed(files, time, tookMs)
  process.send?.({ red, isLate: false, tookMs } satisfies Ran)
})
process.once("disconnect", () => process.exit())

async function firstRed(
  files: string[],
  time: number,
  tookMs: Record<string, number>,
): Promise<string | null> {
  try {
    for (const file of files) {
      const startedAt = performance.now()
      const { tests, before, beforeEach, afterEach } = await collect(
        () => import(`${pathToFileURL(join(root, file)).href}?time=${time}`),
      )
      for (const hook of before) await hook()
      for (const { name, run } of tests) {
        try {
          for (const hook of beforeEach) await hook()
          await run()
          for (const hook of afterEach) await hook()
        } catch {
          return name
        }
      }
      tookMs[file] = Math.round(performance.now() - startedAt)
    }
    return null
  } catch (error) {
    return `before the tests: ${(error as Error).message.split("\n")[0]}`
  } finally {
    await cleanUp().catch(() => {})
  }
}
