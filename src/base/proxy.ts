/** The proxy that HTTPS and gRPC connections to Salesforce go through, by CONNECT. */
export interface ProxyConfig {
  /** `http://host:port`, perhaps with user and password. */
  url: string
  /** Hosts that are reached without it, as in NO_PROXY. */
  except: readonly string[]
}

/** The variables that name a proxy, by whatever they are set. HTTPS_PROXY counts before HTTP_PROXY, as in undici and grpc-js. */
export function proxyOf(variables: {
  https?: string | undefined
  http?: string | undefined
  none?: string | undefined
}): ProxyConfig | undefined {
  const url = variables.https ?? variables.http
  if (url === undefined) return undefined
  return { url, except: (variables.none ?? "").split(/[,\s]+/).filter(Boolean) }
}

/** The same from the process's environment, for who has no configuration of the service; lower case counts first. */
export function proxyFromEnvironment(
  env: Readonly<Record<string, string | undefined>> = process.env,
): ProxyConfig | undefined {
  const read = (name: string) => env[name.toLowerCase()]?.trim() || env[name]?.trim() || undefined
  return proxyOf({ https: read("HTTPS_PROXY"), http: read("HTTP_PROXY"), none: read("NO_PROXY") })
}

/**
 * Whether a connection goes through the proxy: not to this machine, and not to an entry of NO_PROXY, which is `*`, a
 * host with all below it (`salesforce.com`, `.salesforce.com`, `*.salesforce.com`), each perhaps with a port.
 */
export function isProxied(proxy: ProxyConfig, hostname: string, port: number): boolean {
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase()
  if (host === "localhost" || host === "::1" || /^127(\.\d+){3}$/.test(host)) return false
  return !proxy.except.some((entry) => {
    const [, pattern = "", onPort] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? []
    if (onPort !== undefined && Number(onPort) !== port) return false
    const domain = pattern.replace(/^\*?\./, "")
    return pattern === "*" || host === domain || host.endsWith(`.${domain}`)
  })
}

/** How a proxy is named to people: host and port, never user and password. */
export function proxyName({ url }: ProxyConfig): string {
  return new URL(url).host
}
