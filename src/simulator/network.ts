import { Readable, Transform } from "node:stream"
import { setTimeout as sleep } from "node:timers/promises"

/** How far away the org is, and how long it works: what a real one takes and loopback does not. Times in ms. */
export interface Network {
  /** From a request to its answer, without the org's own time. A new connection takes two of them first: TCP and TLS. */
  roundTripMs: number
  /** Most bytes a second that the org sends over one connection; Infinity: as many as go. */
  connectionBytesPerSecond: number
  /** The same over all connections together. */
  orgBytesPerSecond: number
  /** From the creation of a bulk job to JobComplete, from and to. */
  bulkJobMs: readonly [number, number]
  /** The org's own time for a page of records by REST. */
  restPageMs: number
}

/** Networks by name. */
export const networks = {
  /** As quick as this machine, but for bulk jobs: tests do not wait for what they do not test. */
  loopback: {
    roundTripMs: 0,
    connectionBytesPerSecond: Number.POSITIVE_INFINITY,
    orgBytesPerSecond: Number.POSITIVE_INFINITY,
    bulkJobMs: [200, 1000],
    restPageMs: 0,
  },
  /** An org on another continent; jobs wait for as long as public reports of real ones say. */
  org: {
    roundTripMs: 80,
    connectionBytesPerSecond: 8_000_000,
    orgBytesPerSecond: 40_000_000,
    bulkJobMs: [5_000, 15_000],
    restPageMs: 150,
  },
} as const satisfies Record<string, Network>

export type NetworkName = keyof typeof networks

/** The same network with all of its times so many times shorter, so that a benchmark need not last as long as a real load. */
export function shrunk(network: Network, factor: number): Network {
  return checkedNetwork({
    roundTripMs: network.roundTripMs / factor,
    connectionBytesPerSecond: network.connectionBytesPerSecond * factor,
    orgBytesPerSecond: network.orgBytesPerSecond * factor,
    bulkJobMs: [network.bulkJobMs[0] / factor, network.bulkJobMs[1] / factor],
    restPageMs: network.restPageMs / factor,
  })
}

/** Longer than anybody waits for one answer. */
const longestMs = 3_600_000

/** @throws RangeError that names the setting which cannot be */
export function checkedNetwork(network: Network): Network {
  const { roundTripMs, restPageMs, bulkJobMs } = network
  for (const [name, ms] of Object.entries({ roundTripMs, restPageMs, bulkJobMs: bulkJobMs[1] })) {
    if (!(ms >= 0 && ms <= longestMs))
      throw new RangeError(`network.${name} is ${ms}: from 0 to ${longestMs} ms`)
  }
  if (!(bulkJobMs[0] >= 0 && bulkJobMs[0] <= bulkJobMs[1]))
    throw new RangeError(`network.bulkJobMs is from ${bulkJobMs[0]} to ${bulkJobMs[1]} ms: from less to more`)
  for (const name of ["connectionBytesPerSecond", "orgBytesPerSecond"] as const) {
    if (!(network[name] >= 1)) throw new RangeError(`network.${name} is ${network[name]}: at least 1 byte`)
  }
  return network
}

/** The lines of one org: what its connections share, and what each has of its own. */
export class NetworkLines {
  readonly network: Network
  /** When the org's line, and each connection's, will have sent all that was given to it; ms of performance.now(). */
  #freeAt = 0
  readonly #connections = new WeakMap<object, { freeAt: number }>()

  constructor(network: Network) {
    this.network = network
  }

  /** Half a round trip: a request on its way, or an answer. */
  get halfWayMs(): number {
    return this.network.roundTripMs / 2
  }

  /** Resolves when a request has arrived: on a new connection after those that set it up. */
  async arrive(connection: object): Promise<void> {
    const isNew = !this.#connections.has(connection)
    if (isNew) this.#connections.set(connection, { freeAt: 0 })
    await this.work(this.halfWayMs + (isNew ? 2 * this.network.roundTripMs : 0))
  }

  /** Resolves after so many ms; at once for none. */
  async work(ms: number): Promise<void> {
    if (ms > 0) await sleep(ms, undefined, { ref: false })
  }

  /** Resolves when an answer is on its way's end: all of a text, the beginning of a stream, which goes on as slowly. */
  async send<Body extends string | Buffer | Readable | null | undefined>(
    connection: object,
    body: Body,
  ): Promise<Body | Readable> {
    if (body instanceof Readable) {
      await this.work(this.halfWayMs)
      return this.#isThrottled ? this.#throttled(connection, body) : body
    }
    await this.work(this.halfWayMs + this.#sendingMs(connection, Buffer.byteLength(body ?? "")))
    return body
  }

  get #isThrottled(): boolean {
    return Number.isFinite(this.network.connectionBytesPerSecond + this.network.orgBytesPerSecond)
  }

  #throttled(connection: object, body: Readable): Readable {
    const slow = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        setTimeout(() => done(null, chunk), this.#sendingMs(connection, chunk.length)).unref()
      },
    })
    slow.on("close", () => body.destroy())
    return body.on("error", (error) => slow.destroy(error)).pipe(slow)
  }

  #sendingMs(connection: object, bytes: number): number {
    const { connectionBytesPerSecond, orgBytesPerSecond } = this.network
    const now = performance.now()
    const own = this.#connections.get(connection) ?? { freeAt: 0 }
    own.freeAt = Math.max(own.freeAt, now) + (bytes * 1_000) / connectionBytesPerSecond
    this.#connections.set(connection, own)
    this.#freeAt = Math.max(this.#freeAt, now) + (bytes * 1_000) / orgBytesPerSecond
    return Math.max(own.freeAt, this.#freeAt) - now
  }
}
