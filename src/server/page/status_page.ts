import type { FastifyReply } from "fastify"
import type { Pool } from "pg"
import type { Log } from "../../base/log.ts"
import type { Routes } from "../http.ts"
import type { Probe } from "../readiness.ts"
import { EventStream } from "./event_stream.ts"
import { readPageFiles } from "./files.ts"
import { LagSamples, sampleLags } from "./lag_history.ts"
import { LiveStatus } from "./live_status.ts"

/** More open pages than that are a mistake, or an attack on the service's sockets. */
export const mostBrowsers = 32

/**
 * The status page: `/` with its files below `/page/`, and `/page/events`, the server-sent events that feed it:
 * `status` (snapshot.ts, Status) and `lag_history` (LagHistory). Reads the database once for all open browsers, with
 * the rights of the pool; while none is open only the lag is sampled.
 *
 * @param probes what /readyz asks; what fails is shown
 */
export function statusPage({
  databaseUrl,
  pool,
  probes,
  log,
}: {
  databaseUrl: string
  pool: Pool
  probes: readonly Probe[]
  log: Log
}): Routes {
  const { files, version } = readPageFiles()
  return (app) => {
    const browsers = new Set<EventStream>()
    const samples = new LagSamples()
    const stopping = new AbortController()
    const live = new LiveStatus({
      databaseUrl,
      pool,
      probes,
      version,
      log,
      onSnapshot: ({ objects }) => samples.add(objects),
    })
    const history = () => JSON.stringify(samples.history())

    const sendFile = (name: string, reply: FastifyReply) => {
      const file = files.get(name)
      return file === undefined ? reply.callNotFound() : reply.headers(file.headers).send(file.body)
    }
    app.get("/", (_request, reply) => sendFile("page.html", reply))
    app.get<{ Params: { file: string } }>("/page/:file", ({ params }, reply) => sendFile(params.file, reply))

    app.get("/page/events", async (_request, reply) => {
      if (browsers.size >= mostBrowsers) {
        const error = `This process feeds ${mostBrowsers} open status pages already. Close some of them.`
        return reply.code(503).header("retry-after", "10").send({ error })
      }
      // Fastify answers once; from here on the response is ours.
      reply.hijack()
      const browser = new EventStream(reply.raw)
      browsers.add(browser)
      browser.send("lag_history", history())
      const leave = live.watch((status) => browser.send("status", JSON.stringify(status)))
      reply.raw.on("close", () => {
        leave()
        browsers.delete(browser)
      })
    })

    let sampling: Promise<void> | undefined
    app.addHook("onReady", async () => {
      sampling = sampleLags({ pool, log, samples, signal: stopping.signal }, () => {
        for (const browser of browsers) browser.send("lag_history", history())
      })
    })
    // Before the server closes: it would wait for, or cut off, what is still open.
    app.addHook("preClose", async () => {
      stopping.abort()
      for (const browser of browsers) browser.end()
      await Promise.all([live.stop(), sampling])
    })
  }
}
