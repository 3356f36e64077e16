import { once } from "node:events"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import type { TestContext } from "node:test"

const readyForQuery = "Z".charCodeAt(0)

/**
 * Stands between a client and Postgres like a pooler that hands each transaction to whichever session is free: after the
 * client's first statement its session is another one, in which `sql` was run. Ended with the test.
 *
 * @returns the URL of the database through it
 */
export async function startForgetfulPooler(
  t: TestContext,
  databaseUrl: string,
  sql: string,
): Promise<string> {
  const { hostname, port } = new URL(databaseUrl)
  const open = new Set<Socket>()
  const server = createServer((client) => {
    const postgres = connect(Number(port), hostname)
    for (const socket of [client, postgres]) open.add(socket)
    client.pipe(postgres)
    // The first one ends the login, the second one the client's first statement, the third one ours.
    let ready = 0
    const messages = new MessageReader((type, message) => {
      if (ready !== 2) client.write(message)
      if (type !== readyForQuery) return
      ready += 1
      if (ready === 2) postgres.write(queryMessage(sql))
    })
    postgres.on("data", (data) => messages.read(data))
    const end = () => {
      client.destroy()
      postgres.destroy()
    }
    for (const socket of [client, postgres]) socket.on("close", end).on("error", end)
  }).listen(0, "127.0.0.1")
  await once(server, "listening")
  t.after(() => {
    server.close()
    for (const socket of open) socket.destroy()
  })
  const through = new URL(databaseUrl)
  through.hostname = "127.0.0.1"
  through.port = String((server.address() as AddressInfo).port)
  return through.href
}

/** Cuts the server's bytes into messages: a type, four bytes of length, and the rest. */
class MessageReader {
  readonly #onMessage: (type: number, message: Buffer) => void
  #rest: Buffer = Buffer.alloc(0)

  constructor(onMessage: (type: number, message: Buffer) => void) {
    this.#onMessage = onMessage
  }

  read(data: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, data])
    while (this.#rest.length >= 5) {
      const length = 1 + this.#rest.readInt32BE(1)
      if (this.#rest.length < length) return
      const message = this.#rest.subarray(0, length)
      this.#rest = this.#rest.subarray(length)
      this.#onMessage(message[0] as number, message)
    }
  }
}

function queryMessage(sql: string): Buffer {
  const text = Buffer.from(`${sql}\0`)
  const head = Buffer.from("Q\0\0\0\0")
  head.writeInt32BE(4 + text.length, 1)
  return Buffer.concat([head, text])
}
