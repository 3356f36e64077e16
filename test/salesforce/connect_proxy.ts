import { once } from "node:events"
import { createServer } from "node:http"
import { type AddressInfo, connect } from "node:net"
import type { Duplex } from "node:stream"

/** A proxy on loopback that tunnels by CONNECT, for whoever shows the credentials, to 127.0.0.1 by whatever name. */
export interface ConnectProxy {
  /** "127.0.0.1:port" */
  host: string
  /** `host:port` of each tunnel asked for so far. */
  asked: string[]
  /** Refuses every tunnel with this status while it is set. */
  refuses: number | undefined
  close(): Promise<void>
}

export async function startConnectProxy(credentials: string): Promise<ConnectProxy> {
  const expected = `Basic ${Buffer.from(credentials).toString("base64")}`
  const sockets = new Set<Duplex>()
  const server = createServer((_request, response) => response.writeHead(405).end())
  const asked: string[] = []
  server.on("connect", (request, socket: Duplex, head: Buffer) => {
    asked.push(String(request.url))
    const status = proxy.refuses ?? (request.headers["proxy-authorization"] === expected ? undefined : 407)
    if (status !== undefined) {
      socket.end(`HTTP/1.1 ${status} Refused\r\n\r\n`)
      return
    }
    const there = connect(Number(request.url?.split(":").at(-1)), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n")
      there.write(head)
      socket.pipe(there).pipe(socket)
    })
    there.on("error", () => socket.destroy())
    socket.on("error", () => there.destroy())
  })
  server.on("connection", (socket) => {
    sockets.add(socket)
    socket.on("close", () => sockets.delete(socket))
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const proxy: ConnectProxy = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    refuses: undefined,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, "close")
    },
  }
  return proxy
}
