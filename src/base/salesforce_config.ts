import type { ProxyConfig } from "./proxy.ts"

/** How to reach one Salesforce org. Times in milliseconds. */
export interface SalesforceConfig {
  /** Login host, without a slash at the end. */
  loginUrl: string
  auth: "jwt" | "client-credentials"
  clientId: string
  /** For client-credentials. */
  clientSecret?: string
  /** For jwt. */
  username?: string
  /** For jwt: RSA key, PEM. */
  privateKey?: string
  /** For jwt: the assertion's audience; undefined: found by the login host. */
  audience?: string
  /** For instance "66.0". */
  apiVersion: string
  /** host:port */
  pubsubEndpoint: string
  /** Extra trusted CA, PEM, for https and gRPC. */
  ca?: string
  /** Undefined: Salesforce is reached directly. */
  proxy?: ProxyConfig
  httpIdleMs: number
  bulkPollMs: number
}
