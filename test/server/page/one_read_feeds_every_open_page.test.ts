import assert from "node:assert/strict"
import { test } from "node:test"
import { mostBrowsers } from "../../../src/server/page/status_page.ts"
import { event, productId } from "../../harness/records.ts"
import { waitFor } from "../../harness/wait.ts"
import { before } from "../../readers/claims.ts"
import { freshShadow, received, startPage, statusOf } from "./page.ts"

/** Opens the events of a page and keeps what arrives, until the test ends. */
function follow(url: string, signal: AbortSignal) {
  const events: { event: string; data: string }[] = []
  const ended = (async () => {
    for await (const one of received(url, signal)) events.push(one)
  })().catch((error: Error) => {
    if (!signal.aborted) throw error
  })
  const statuses = () => events.filter((one) => one.event === "status").map(({ data }) => data)
  return { events, statuses, ended }
}

const update = (ago: number) =>
  event("Product2", "UPDATE", productId(1), before(ago), { Name: `Changed ${ago}` })

test("a change is told to every open page from one read", async (t) => {
  const shadow = await freshShadow()
  const page = await startPage(t, shadow.url)
  const closing = new AbortController()
  const open = Array.from({ length: 5 }, () => follow(page.url, closing.signal))
  await waitFor("all have a first status", 5_000, () => open.every(({ statuses }) => statuses().length > 0))
  await shadow.apply(update(4))
  const shows = (text: string) => text.includes(productId(1)) && text.includes('"change_type":"UPDATE"')
  await waitFor("all show the event", 10_000, () => open.every(({ statuses }) => statuses().some(shows)))
  // The readings of an instant are the same text for all, and each was read once: a sample of the lag comes on top.
  const told = new Set(open.flatMap(({ statuses }) => statuses()))
  assert.ok(page.reads() <= told.size + 3, `${page.reads()} reads for ${told.size} statuses`)
  closing.abort()
  await Promise.all(open.map(({ ended }) => ended))
})

test("changes are read when they are notified, many of them in one or two reads a second", async (t) => {
  const shadow = await freshShadow()
  const page = await startPage(t, shadow.url)
  const closing = new AbortController()
  const { statuses, ended } = follow(page.url, closing.signal)
  await waitFor("a first status", 5_000, () => statuses().length > 0)
  const before = page.reads()
  const until = Date.now() + 7_000
  let notified = 0
  await waitFor("changes for seven seconds", 15_000, async () => {
    await shadow.all("select pg_notify('sf_shadow_changed', n::text) from generate_series(1, 50) n")
    notified += 50
    return Date.now() > until
  })
  const reads = page.reads() - before
  // Without notifications it would be two: every five seconds, and a sample of the lag.
  assert.ok(notified > 500 && reads >= 4 && reads <= 9, `${reads} reads of ${notified} notifications`)
  closing.abort()
  await ended
})

test("while no page is open nobody listens and nothing is read but a sample of the lag", async (t) => {
  const shadow = await freshShadow()
  const page = await startPage(t, shadow.url)
  await statusOf(page.url)
  const listeners = () =>
    shadow.all(
      `select pid from pg_stat_activity where datname = current_database() and application_name = 'sf-shadow sf_shadow_changed'`,
    )
  await waitFor("the listener is gone with the page", 5_000, async () => (await listeners()).length === 0)
  const before = page.reads()
  const until = Date.now() + 2_500
  await waitFor("changes pass by", 5_000, async () => {
    await shadow.all("select pg_notify('sf_shadow_changed', '{}')")
    return Date.now() > until
  })
  assert.ok(page.reads() - before <= 1, `${page.reads() - before} reads`)
  const { fault } = await statusOf(page.url)
  assert.equal(fault, null, "it wakes up again")
})

test("a page that is opened later sees the lag from before", async (t) => {
  const shadow = await freshShadow()
  const { url } = await startPage(t, shadow.url)
  const lags = async () => {
    for await (const { event, data } of received(url)) if (event === "lag_history") return JSON.parse(data)
  }
  const history = await waitFor("a sample without an open page", 12_000, async () => {
    const history = await lags()
    return history.lags.Product2 && history
  })
  assert.equal(history.every_seconds, 10)
  assert.deepEqual(Object.keys(history.lags).sort(), ["Account", "PricebookEntry", "Product2"])
  assert.ok(history.lags.Product2.at(-1) >= 5 && history.lags.Product2.at(-1) < 60, JSON.stringify(history))
})

test("more pages than sockets should go to are refused with 503 and the reason, and are let in later", async (t) => {
  const shadow = await freshShadow()
  const { url } = await startPage(t, shadow.url)
  const closing = new AbortController()
  const open = Array.from({ length: mostBrowsers }, () => follow(url, closing.signal))
  await waitFor("all are fed", 10_000, () => open.every(({ statuses }) => statuses().length > 0))
  const refused = await fetch(`${url}/page/events`)
  assert.equal(refused.status, 503)
  assert.match(((await refused.json()) as { error: string }).error, /Close some of them/)
  closing.abort()
  await Promise.all(open.map(({ ended }) => ended))
  await waitFor(
    "there is room again",
    5_000,
    async () => (await statusOf(url).catch(() => undefined)) !== undefined,
  )
})

test("open pages do not hold up the end of the service", async (t) => {
  const shadow = await freshShadow()
  const page = await startPage(t, shadow.url)
  const { statuses, ended } = follow(page.url, new AbortController().signal)
  await waitFor("it is fed", 5_000, () => statuses().length > 0)
  const startedAt = Date.now()
  await page.stop()
  await ended.catch(() => {})
  assert.ok(Date.now() - startedAt < 2_000, `took ${Date.now() - startedAt} ms`)
})

test("neither a password nor a field of a record is sent", async (t) => {
  const shadow = await freshShadow()
  const { url } = await startPage(t, shadow.url)
  await shadow.apply(
    event("Account", "UPDATE", productId(7), before(4), { Name: "Jane Doe", BillingStreet: "Elm" }),
  )
  await shadow.apply(event("Product2", "UPDATE", productId(1), before(4), { Description: "planted text" }))
  const status = await statusOf(url, ({ snapshot }) => (snapshot?.events.length ?? 0) >= 2)
  const { username, password } = new URL(shadow.url)
  for (const kept of ["Jane Doe", "Elm", "planted text", ...(password ? [password, `${username}:`] : [])]) {
    assert.ok(!JSON.stringify(status).includes(kept), kept)
  }
  assert.equal(status.database, `127.0.0.1:${new URL(shadow.url).port}${new URL(shadow.url).pathname}`)
})
