import { once } from "node:events"
import type { IncomingMessage, ServerResponse } from "node:http"
import { createServer } from "node:https"
import type { AddressInfo } from "node:net"
import type { Duplex } from "node:stream"
import { generate } from "selfsigned"
import type { SalesforceConfig } from "../../src/base/config.ts"

/** Answers one request, with JSON unless it says otherwise; `body` is the request's. */
export type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void

/** A server on loopback with a certificate of its own, for answers the simulator would not give. */
export interface HttpsServer {
  url: string
  ca: string
  /** `METHOD path` of each request so far. */
  requests: string[]
  config: SalesforceConfig
  close(): Promise<void>
}

const certificate = await generate([{ name: "commonName", value: "localhost" }], {
  extensions: [
    { name: "basicConstraints", cA: true },
    { name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] },
  ],
})

/** Token answer of a server whose tokens are `token-1`, `token-2`, … */
export function token(server: { url: string }, number: number): string {
  return JSON.stringify({
    access_token: `token-${number}`,
    instance_url: server.url,
    id: `${server.url}/id/00DR00000001234MAA/005R0000000abcdIAA`,
    token_type: "Bearer",
  })
}

/** Starts a server that logs everybody in and leaves all other requests to `handler`. */
export async function startOrgStub(handler: Handler): Promise<HttpsServer> {
  let logins = 0
  const server: HttpsServer = await startHttps((request, response, body) => {
    if (request.url !== "/services/oauth2/token") return handler(request, response, body)
    logins += 1
    response.end(token(server, logins))
  })
  return server
}

/** Starts a server on which `handler` answers everything. */
export async function startHttps(handler: Handler): Promise<HttpsServer> {
  const requests: string[] = []
  const sockets = new Set<Duplex>()
  const server = createServer(
    { key: certificate.private, cert: certificate.cert },
    async (request, response) => {
      requests.push(`${request.method} ${request.url}`)
      let body = ""
      for await (const chunk of request) body += chunk
      response.setHeader("content-type", "application/json")
      try {
        handler(request, response, body)
      } catch (error) {
        // A failed assertion in a handler becomes the answer, and so the test's error.
        response.writeHead(400).end(String(error))
      }
    },
  )
  server.on("connection", (socket) => {
    sockets.add(socket)
    socket.on("close", () => sockets.delete(socket))
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    ca: certificate.cert,
    requests,
    config: {
      loginUrl: url,
      auth: "client-credentials",
      clientId: "client",
      clientSecret: "a-secret-nobody-may-see",
      apiVersion: "66.0",
      pubsubEndpoint: "127.0.0.1:1",
      ca: certificate.cert,
      httpIdleMs: 60_000,
      bulkPollMs: 10,
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, "close")
    },
  }
}
