import type { TestContext } from "node:test"
import { createLog } from "../../../src/base/log.ts"
import { createPool } from "../../../src/postgres/pool.ts"
import { type HttpServer, startHttp } from "../../../src/server/http.ts"
import type { Attention, Status } from "../../../src/server/page/snapshot.ts"
import { statusPage } from "../../../src/server/page/status_page.ts"
import type { Probe } from "../../../src/server/readiness.ts"
import { account, type ObjectName, price, product, type SalesforceRecord } from "../../harness/records.ts"
import { runThrough } from "../../harness/runs.ts"
import { Shadow } from "../../harness/shadow.ts"
import { before, hear } from "../../readers/claims.ts"

const log = createLog("silent")

export interface Page extends HttpServer {
  /** Reads of the database so far, samples of the lag among them. */
  reads(): number
}

/** Serves the status page of a database, as the service does; stopped with the test at the latest. */
export async function startPage(
  t: TestContext,
  databaseUrl: string,
  { port = 0, probes = [], token }: { port?: number; probes?: Probe[]; token?: string } = {},
): Promise<Page> {
  const pool = createPool(databaseUrl, { max: 4 })
  pool.on("error", () => {})
  let reads = 0
  pool.on("acquire", () => reads++)
  const routes = [statusPage({ databaseUrl, pool, probes, log })]
  const { url, stop } = await startHttp({ host: "127.0.0.1", port, token, log, routes })
  let stopped: Promise<void> | undefined
  const stopOnce = () => {
    stopped ??= stop().then(() => pool.end())
    return stopped
  }
  t.after(stopOnce)
  return { url, stop: stopOnce, reads: () => reads }
}

/** A shadow of 2 products with a price each and 2 accounts, loaded an hour ago and heard of 5 seconds ago. */
export async function freshShadow(): Promise<Shadow> {
  const shadow = await Shadow.open()
  const loadedAt = before(3600)
  const loads: [ObjectName, SalesforceRecord[]][] = [
    ["Product2", [product(1, loadedAt - 600), product(2, loadedAt - 600)]],
    ["PricebookEntry", [price(1, 1, loadedAt - 600), price(2, 2, loadedAt - 600)]],
    ["Account", [account(1, loadedAt - 600), account(2, loadedAt - 600)]],
  ]
  for (const [object, records] of loads) {
    await runThrough(shadow, object, "full", records, { from: loadedAt })
  }
  await hear(shadow, 5)
  return shadow
}

/** The events that a page receives, in order, until the reading ends. */
export async function* received(
  url: string,
  signal?: AbortSignal,
): AsyncGenerator<{ event: string; data: string }> {
  const answer = await fetch(`${url}/page/events`, { signal })
  if (!answer.ok || answer.body === null) throw new Error(`/page/events answered ${answer.status}`)
  let text = ""
  for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
    text += chunk
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(text.slice(0, end)) ?? []
      text = text.slice(end + 2)
      if (event !== undefined && data !== undefined) yield { event, data }
    }
  }
}

/** The first status that a page receives and that is as wanted. */
export async function statusOf(
  url: string,
  wanted: (status: Status) => boolean = () => true,
): Promise<Status> {
  const reading = new AbortController()
  const late = setTimeout(() => reading.abort(new Error("no such status within 15 s")), 15_000)
  try {
    for await (const { event, data } of received(url, reading.signal)) {
      if (event !== "status") continue
      const status = JSON.parse(data) as Status
      if (wanted(status)) return status
    }
    throw new Error("the events ended before such a status")
  } finally {
    clearTimeout(late)
    reading.abort()
  }
}

/** What is to be looked at, as lines: tone, title, and the commands. */
export const lines = (attention: readonly Attention[]): string[] =>
  attention.map(({ tone, title, remedies }) =>
    [`${tone}: ${title}`, ...remedies.map(({ text }) => text)].join(" | "),
  )
