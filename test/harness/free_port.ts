import { once } from "node:events"
import { createServer } from "node:net"

/** A port of 127.0.0.1 that nobody listens on; with `below`, a lower one. */
export async function freePort(below = 65_536): Promise<number> {
  for (;;) {
    const server = createServer().listen(0, "127.0.0.1")
    await once(server, "listening")
    const { port } = server.address() as { port: number }
    server.close()
    await once(server, "close")
    if (port < below) return port
  }
}
