import { Connection } from "jsforce"
import type { SalesforceConfig } from "../base/salesforce_config.ts"
import { SalesforceClock } from "./clock.ts"
import { CurrentLogin } from "./current_login.ts"
import { createConnections } from "./dispatcher.ts"
import type { SalesforceError } from "./errors.ts"
import { type ApiUsage, createHttp, parseLimitInfo, type SalesforceHttp } from "./http.ts"
import { SessionTransport } from "./jsforce_transport.ts"
import { logIn } from "./login.ts"

/** What the gRPC metadata and every HTTP call carry. */
export interface Credentials {
  accessToken: string
  instanceUrl: string
  /** 18-character organization id. */
  tenantId: string
}

/** One login to the org, shared by all that talk to it in this process. */
export interface Session extends SalesforceHttp {
  readonly config: SalesforceConfig
  /** jsforce over this session: same token, CA, timeouts, repeats, clock and errors. */
  readonly connection: Connection
  readonly clock: SalesforceClock
  /** `/services/data/v66.0` */
  readonly basePath: string
  /** The credentials in use; logs in when there are none. */
  credentials(): Promise<Credentials>
  /** Logs in again; calls made while a login is under way share it. */
  renew(): Promise<void>
  /** Ends running requests (they fail as retryable) and closes the sockets. */
  close(): Promise<void>
}

/** What a session reports. */
export interface SessionOptions {
  /** Called with each login before it is used; what it throws refuses the login. */
  onLogin?: (credentials: Credentials) => Promise<void>
  /** Called after each answer: it may have told Salesforce's time anew. */
  onAnswer?: () => void
  /** Called with the API usage stated in each answer (rule 14). */
  onLimit?: (usage: ApiUsage) => void
  /** Called with each answer that is an error, before the caller sees it. */
  onFailure?: (error: SalesforceError) => void
}

/** Prepares a session; the first call, or `credentials()`, logs in. */
export function createSession(config: SalesforceConfig, options: SessionOptions = {}): Session {
  const clock = new SalesforceClock()
  const closing = new AbortController()
  const connections = createConnections(config)
  const exchange = {
    dispatcher: connections.dispatcher,
    ...(config.proxy === undefined ? {} : { proxy: config.proxy }),
    signal: closing.signal,
    onAnswer(headers: Record<string, string>, startedAt: number, answeredAt: number) {
      clock.observe(headers.date, startedAt, answeredAt)
      options.onAnswer?.()
      const usage = parseLimitInfo(headers["sforce-limit-info"])
      if (usage) options.onLimit?.(usage)
    },
    onFailure: (error: SalesforceError) => options.onFailure?.(error),
  }

  const login = new CurrentLogin(async () => {
    const now = () => (clock.isKnown ? clock.earliest().getTime() : Date.now())
    const made = await logIn(config, exchange, now)
    await options.onLogin?.(made)
    connection.accessToken = made.accessToken
    connection.instanceUrl = made.instanceUrl
    connection.userInfo = {
      id: made.userId,
      organizationId: made.tenantId,
      url: `${config.loginUrl}/id/${made.tenantId}/${made.userId}`,
    }
    return made
  })
  const http = createHttp({ login, exchange })
  const connection = new Connection({ loginUrl: config.loginUrl, version: config.apiVersion })
  connection._transport = new SessionTransport(http)
  return {
    ...http,
    config,
    connection,
    clock,
    basePath: `/services/data/v${config.apiVersion}`,
    async credentials() {
      const { accessToken, instanceUrl, tenantId } = await login.get()
      return { accessToken, instanceUrl, tenantId }
    },
    async renew() {
      await login.renew()
    },
    async close() {
      closing.abort()
      await connections.destroy()
    },
  }
}
