import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { type TestContext, test } from "node:test"
import pg from "pg"
import type { Page as BrowserPage, Request } from "playwright-core"
import { mostBrowsers } from "../../../src/server/page/status_page.ts"
import { openBrowser, withoutChromium } from "../../harness/chromium.ts"
import { created, event, product, productId } from "../../harness/records.ts"
import { endRun, startRun } from "../../harness/runs.ts"
import type { Shadow } from "../../harness/shadow.ts"
import { before } from "../../readers/claims.ts"
import { freshShadow, startPage } from "./page.ts"

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")
const skip = withoutChromium
const wide = { width: 1280, height: 900 }
const phone = { width: 390, height: 844 }

/** Opens the page and fails the test where it asks any other origin or reports an error. */
async function open(t: TestContext, url: string, viewport = wide, colorScheme: "light" | "dark" = "light") {
  const context = await openBrowser(t, {
    viewport,
    colorScheme,
    permissions: ["clipboard-read", "clipboard-write"],
  })
  const page = await context.newPage()
  const asked: Request[] = []
  const errors: string[] = []
  context.on("request", (request) => asked.push(request))
  page.on("pageerror", (error) => errors.push(error.message))
  await page.goto(url)
  return {
    page,
    title: page.locator("h1"),
    /** The rows of a section, as their texts. */
    rows: (section: string) => page.locator(`#${section} tbody tr`),
    assertQuiet() {
      assert.deepEqual(errors, [])
      const foreign = asked
        .map((request) => request.url())
        .filter((asked) => new URL(asked).origin !== new URL(url).origin)
      assert.deepEqual(foreign, [])
    },
  }
}

/** What axe finds wrong, by rule and place. It runs beside the page's policy, not through it. */
async function findings(page: BrowserPage): Promise<string[]> {
  await page.evaluate(axe)
  return page.evaluate(async () => {
    const { violations, incomplete } = await (globalThis as unknown as { axe: Axe }).axe.run()
    return [...violations, ...incomplete].flatMap(({ id, nodes }) =>
      nodes.map(
        ({ html, any }) => `${id}: ${html.slice(0, 200)} ${any.map(({ message }) => message).join()}`,
      ),
    )
  })
}
type Found = { id: string; nodes: { html: string; any: { message: string }[] }[] }
type Axe = { run(): Promise<{ violations: Found[]; incomplete: Found[] }> }

const hostile = `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>`

/** Something in every section, and most of it wrong; every text that can come from outside is markup. */
async function troubledShadow(t: TestContext): Promise<Shadow> {
  const shadow = await freshShadow()
  await shadow.apply(
    created("Product2", product(3, before(4), { StockKeepingUnit: null }), before(4)),
    event(
      "Product2",
      "UPDATE",
      [productId(1), productId(2)],
      before(3),
      { Name: hostile },
      { error: hostile },
    ),
  )
  const failed = await startRun(shadow, "Account", "delta", { from: before(60), expected: 2 })
  await endRun(shadow, failed, { error: hostile })
  await startRun(shadow, "PricebookEntry", "full", { from: before(5), expected: 4000 })
  await shadow.all(
    "update sf_shadow.run set received = 1000, started_at = now() - interval '1 minute', progressed_at = now() where finished_at is null",
  )
  await shadow.all("select sf_shadow._open_hole('Account', now() - interval '1 hour', now(), $1)", hostile)
  await shadow.all(
    "update sf_shadow.stream set topic = '/data/<b>x</b>', problem = $1, problem_since = now() - interval '1 hour'",
    hostile,
  )
  t.after(() => shadow.all("update sf_shadow.stream set topic = '/data/ChangeEvents'"))
  await shadow.all("select sf_shadow_worker.add_job('verify', '{}', job_key => $1)", `verify:${hostile}`)
  await shadow.all(
    "update sf_shadow_worker._private_jobs set attempts = max_attempts, last_error = $1 where key like 'verify:%'",
    hostile,
  )
  await shadow.all(
    `insert into sf_shadow.invalidation_consumer (consumer, object, seq, system_identifier, timeline, cache_identity, seen_at)
     select $1, o.object, 0, 1, 1, 'x', now() - interval '1 hour' from sf_shadow.object o`,
    hostile,
  )
  await shadow.all(
    "update sf_shadow.api_usage set used = 85, max = 100, observed_at = now() where limit_name = 'DailyApiRequests'",
  )
  t.after(() => shadow.all("update sf_shadow.api_usage set used = 0, max = 0, observed_at = '-infinity'"))
  return shadow
}

for (const [width, viewport] of Object.entries({ wide, phone })) {
  for (const scheme of ["light", "dark"] as const) {
    test(`${width} and ${scheme}: axe finds nothing, nothing scrolls sideways, and no value is taken for markup`, {
      skip,
    }, async (t) => {
      const shadow = await troubledShadow(t)
      const { url } = await startPage(t, shadow.url)
      const { page, title, rows, assertQuiet } = await open(t, url, viewport, scheme)
      await rows("events").first().waitFor()
      for (const section of ["objects", "runs", "streams", "jobs", "rejects", "usage", "consumers"]) {
        assert.ok((await rows(section).count()) > 0, `${section} is empty`)
      }
      assert.match(await title.innerText(), /^Account is stale, and \d+ more to look at\.$/)
      assert.deepEqual(await findings(page), [])
      const [needed, there] = await page.evaluate<[number, number]>(
        "[document.documentElement.scrollWidth, innerWidth]",
      )
      assert.ok(needed <= there, `${needed} > ${there}`)
      assert.equal(await page.evaluate("'hacked' in globalThis"), false)
      assert.equal(
        await page.locator("main img, main script, td b, td i:not(.mark), #attention b").count(),
        0,
      )
      assert.ok((await page.getByText(hostile).count()) >= 6, "the markup is to be read as text")
      assertQuiet()
    })
  }
}

test("when all is well axe finds nothing either", { skip }, async (t) => {
  const { url } = await startPage(t, (await freshShadow()).url)
  const { page, title, rows, assertQuiet } = await open(t, url)
  await rows("objects").first().waitFor()
  assert.equal(await title.innerText(), "All is well: all 3 objects are fresh.")
  assert.equal(await page.title(), "✓ All is well: all 3 objects are fresh. sf-shadow")
  assert.deepEqual(await findings(page), [])
  assertQuiet()
})

test("a change arrives without a reload, and takes neither focus nor selection away", { skip }, async (t) => {
  const shadow = await freshShadow()
  const { url } = await startPage(t, shadow.url)
  const { page, rows, assertQuiet } = await open(t, url)
  await rows("objects").first().waitFor()
  await page.evaluate(() => {
    Object.assign(globalThis, { opened: true })
  })
  const copy = page.getByRole("button", { name: "Copy: select * from sf_shadow_lag;" })
  await copy.focus()
  await shadow.apply(created("Product2", product(9, before(4)), before(4)))
  await rows("events")
    .filter({ hasText: productId(9) })
    .waitFor({ timeout: 10_000 })
  const objects = rows("objects").filter({ hasText: "Product2" })
  await objects.getByText("3", { exact: true }).waitFor()
  assert.equal(
    await page.evaluate("document.activeElement.getAttribute('aria-label')"),
    "Copy: select * from sf_shadow_lag;",
  )
  assert.equal(await page.evaluate(() => "opened" in globalThis), true, "the page was loaded anew")
  assertQuiet()
})

test("a command is copied by the keyboard alone", { skip }, async (t) => {
  const shadow = await freshShadow()
  await shadow.all("select sf_shadow._open_hole('Product2', now() - interval '1 hour', now(), 'a test')")
  const { url } = await startPage(t, shadow.url)
  const { page } = await open(t, url)
  await page.locator("#attention button").first().waitFor()
  await page.keyboard.press("Tab")
  await page.keyboard.press("Enter")
  await page.getByText("Copied").waitFor()
  assert.equal(await page.evaluate("navigator.clipboard.readText()"), "npm run sf-shadow -- delta Product2")
})

/** Lets nobody into a database, as when it is down, or lets them in again; from outside it. */
async function letIn(database: string, allowed: boolean): Promise<void> {
  const client = new pg.Client({ connectionString: process.env.TEST_DATABASE_URL })
  await client.connect()
  await client.query(`alter database ${database} allow_connections ${allowed}`)
  if (!allowed)
    await client.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [
      database,
    ])
  await client.end()
}

test("while the database is away the page says so and since when, and comes back by itself", {
  skip,
}, async (t) => {
  const shadow = await freshShadow()
  shadow.pool.on("error", () => {})
  const { url } = await startPage(t, shadow.url)
  const { page, title, rows } = await open(t, url)
  await rows("objects").first().waitFor()
  const database = new URL(shadow.url).pathname.slice(1)
  await letIn(database, false)
  t.after(() => letIn(database, true))
  await page.getByRole("heading", { name: "The database does not answer." }).waitFor({ timeout: 10_000 })
  assert.match(
    await page.locator("#headline-detail").innerText(),
    new RegExp(`${database} cannot be used: .*read before`),
  )
  assert.match(await page.locator("#connection").innerText(), /^no database for \d+ s$/)
  assert.equal(await rows("objects").count(), 3, "what was read before stays")
  const colourOf = (selector: string) =>
    page.evaluate<string>(`getComputedStyle(document.querySelector("${selector}")).color`)
  assert.equal(
    await colourOf("#objects .state"),
    await colourOf("#objects .caption + .value .muted"),
    "and looks old",
  )
  await letIn(database, true)
  await page.getByRole("heading", { name: "All is well" }).waitFor({ timeout: 15_000 })
  await shadow.apply(event("Product2", "UPDATE", productId(2), before(3), { Name: "Later" }))
  await rows("events")
    .filter({ hasText: productId(2) })
    .waitFor({ timeout: 8_000 })
  assert.match(await title.innerText(), /^All is well/)
})

test("when the service restarts the page says that it is alone, and is live again without a reload", {
  skip,
}, async (t) => {
  const shadow = await freshShadow()
  const first = await startPage(t, shadow.url)
  const { page, rows } = await open(t, first.url)
  await rows("objects").first().waitFor()
  await page.evaluate(() => {
    Object.assign(globalThis, { opened: true })
  })
  await first.stop()
  await page.getByRole("heading", { name: "The service does not answer." }).waitFor({ timeout: 10_000 })
  assert.match(await page.locator("#connection").innerText(), /^not connected for \d+ s$/)
  await startPage(t, shadow.url, { port: Number(new URL(first.url).port) })
  await page.getByRole("heading", { name: "All is well" }).waitFor({ timeout: 15_000 })
  assert.equal(await page.evaluate(() => "opened" in globalThis), true)
})

test("a page too many says why it shows nothing, and shows it once there is room", { skip }, async (t) => {
  const shadow = await freshShadow()
  const { url } = await startPage(t, shadow.url)
  const closing = new AbortController()
  const others = await Promise.all(
    Array.from({ length: mostBrowsers }, () => fetch(`${url}/page/events`, { signal: closing.signal })),
  )
  const { page } = await open(t, url)
  await page.getByRole("heading", { name: `feeds ${mostBrowsers} open status pages already` }).waitFor()
  closing.abort()
  // Held until here: an answer that nobody holds is closed by the garbage collector.
  assert.equal(others.filter(({ ok }) => ok).length, mostBrowsers)
  await page.getByRole("heading", { name: "All is well" }).waitFor({ timeout: 15_000 })
})

test("behind a token the browser asks for it once, and then everything of the page comes", {
  skip,
}, async (t) => {
  const shadow = await freshShadow()
  const { url } = await startPage(t, shadow.url, { token: "a-long-token-of-the-operators" })
  assert.equal((await fetch(url)).status, 401)
  const context = await openBrowser(t, {
    httpCredentials: { username: "operator", password: "a-long-token-of-the-operators" },
  })
  const page = await context.newPage()
  const refused: string[] = []
  page.on("requestfinished", async (request) => {
    if ((await request.response())?.status() === 401) refused.push(request.url())
  })
  await page.goto(url)
  await page.getByRole("heading", { name: "All is well" }).waitFor({ timeout: 10_000 })
  assert.deepEqual(refused, [])
})
