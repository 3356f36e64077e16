import { execFileSync } from "node:child_process"
import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"
import type { TestContext } from "node:test"
import { type BrowserContext, type BrowserContextOptions, chromium } from "playwright-core"

/** Where the system's Chromium is; undefined without one. */
const executablePath = (process.env.PATH ?? "")
  .split(delimiter)
  .flatMap((folder) => ["chromium", "chromium-browser"].map((name) => join(folder, name)))
  .find((path) => {
    try {
      accessSync(path, constants.X_OK)
      execFileSync(path, ["--version"], { stdio: "ignore" })
      return true
    } catch {
      return false
    }
  })

/** What `skip` of a test takes: a reason where Chromium is missing; in CI that is a failure, not a skip. */
export const withoutChromium: string | false =
  executablePath !== undefined || process.env.CI === "true"
    ? false
    : "chromium is not installed (apt-get install chromium)"

const switches = [
  // Root has no user namespace of its own to lock the browser into.
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
]

/** A headless Chromium with a profile of its own, which asks nobody but the tests' servers; closed with the test. */
export async function openBrowser(
  t: TestContext,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  if (executablePath === undefined) throw new Error("chromium is not on the PATH: apt-get install chromium")
  const browser = await chromium.launch({ executablePath, args: switches })
  t.after(() => browser.close())
  return browser.newContext(options)
}
