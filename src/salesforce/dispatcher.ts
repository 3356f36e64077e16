import { getCACertificates } from "node:tls"
import { Agent, type Dispatcher, ProxyAgent } from "undici"
import { isProxied } from "../base/proxy.ts"
import type { SalesforceConfig } from "../base/salesforce_config.ts"

const connectTimeoutMs = 10_000

/** The connections of a session. */
export interface Connections {
  dispatcher: Dispatcher
  /** Ends running requests and closes the sockets. */
  destroy(): Promise<void>
}

/** Connects as the configuration says: with its extra CA, its timeouts, and through its proxy. */
export function createConnections({
  ca,
  httpIdleMs,
  proxy,
}: Pick<SalesforceConfig, "ca" | "httpIdleMs" | "proxy">): Connections {
  const tls = {
    // Node's `ca` replaces the built-in authorities; ours are to be trusted beside them.
    ...(ca === undefined ? {} : { ca: [...getCACertificates("default"), ca] }),
    timeout: connectTimeoutMs,
  }
  const options = {
    // One request at a time on a socket, so that a page that is read slowly delays nothing else.
    allowH2: false,
    // Salesforce lets a query run for 120 s before the first byte: 150 s at the default of 60 s.
    headersTimeout: httpIdleMs * 2.5,
    bodyTimeout: httpIdleMs,
  }
  const direct = new Agent({ ...options, connect: tls })
  if (proxy === undefined) return { dispatcher: direct, destroy: () => direct.destroy() }
  const tunnels = new ProxyAgent({
    ...options,
    uri: proxy.url,
    requestTls: tls,
    connectTimeout: connectTimeoutMs,
  })
  return {
    dispatcher: direct.compose((dispatch) => (request, handler) => {
      const { hostname, port, protocol } = new URL(String(request.origin))
      const isThrough = isProxied(proxy, hostname, Number(port) || (protocol === "https:" ? 443 : 80))
      return isThrough ? tunnels.dispatch(request, handler) : dispatch(request, handler)
    }),
    async destroy() {
      await Promise.all([direct.destroy(), tunnels.destroy()])
    },
  }
}
