import { generateKeyPairSync, randomBytes } from "node:crypto"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { selfSignedCertificate } from "./certificate.ts"
import type { BulkJob } from "./http/bulk_job.ts"
import type { BulkOptions } from "./http/bulk_query.ts"
import type { Moved, OldHost } from "./http/moved.ts"
import { type HttpServer, startHttpServer } from "./http/server.ts"
import { Sessions } from "./http/sessions.ts"
import { checkedNetwork, type Network, NetworkLines, type NetworkName, networks } from "./network.ts"
import { Org } from "./org/org.ts"
import type { OrgOptions } from "./org/org_options.ts"
import { type PubsubServer, startPubsubServer } from "./pubsub/server.ts"

/** How to start the simulated org; every option has a default. */
export interface SimulatorOptions extends OrgOptions, Partial<Omit<BulkOptions, "jobs">> {
  /** An org made before, for instance one that was filled; `OrgOptions` are ignored then. */
  org?: Org
  /** The name by which the org's URLs call it, for clients that reach 127.0.0.1 by it, as through a proxy. */
  hostName?: string
  /** How far away the org is: one of `networks` by name, or another. Default "loopback". `bulkJobMs` comes before its own. */
  network?: NetworkName | Network
  /** Ports on 127.0.0.1 of the HTTPS and the Pub/Sub side; 0 (the default) takes a free one. */
  httpPort?: number
  pubsubPort?: number
  /** How long an access token works, ms. Default two hours. */
  tokenLifetimeMs?: number
  /** How long the Pub/Sub stream is silent before a keepalive, ms, from and to; its own default otherwise. */
  keepaliveMs?: readonly [number, number]
}

/** How an org moves to another instance. */
export interface Move {
  /** What answers at the old host. "refuses" is for an org that has moved before: its first host is where it logs in. */
  old: OldHost
  /** Whether bulk jobs are still there at the new instance. Default "kept". */
  jobs?: "kept" | "lost"
  /** Whether replay ids still mean something. Default "kept". */
  bus?: "kept" | "new"
}

/** A simulated org that runs, and all that a client needs to reach it. */
export interface Simulator {
  org: Org
  /** Also the instance URL, until the org moves. */
  loginUrl: string
  /** "127.0.0.1:<port>", TLS with the same certificate. */
  pubsubEndpoint: string
  /** Path of the PEM file of the certificate to trust; removed by `close`. */
  caFile: string
  /** The same certificate as text. */
  ca: string
  /** For both kinds of login: client credentials, and JWT bearer with the private key (PKCS #8, PEM). */
  credentials: { clientId: string; clientSecret: string; username: string; privateKey: string }
  /** Access tokens given out, to expire them at will. */
  sessions: Sessions
  /** The Pub/Sub side: its event log and open streams. */
  pubsub: PubsubServer
  /** The origin of the org's REST API now. */
  instanceUrl(): string
  /** Moves the org to another instance, a host of its own: sessions and streams end, logins give the new instance. */
  move(move: Move): Promise<void>
  close(): Promise<void>
}

/**
 * Starts the simulated org's HTTPS and Pub/Sub servers on loopback.
 *
 * @throws RangeError for a network that cannot be, naming the setting
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { network: wanted = "loopback" } = options
  const lines = new NetworkLines(checkedNetwork(typeof wanted === "string" ? networks[wanted] : wanted))
  const org = options.org ?? new Org(options)
  const { key, cert } = await selfSignedCertificate(options.hostName)
  const signing = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  })
  const credentials = {
    clientId: `3MVG9${randomBytes(40).toString("base64url")}`,
    clientSecret: randomBytes(32).toString("hex").toUpperCase(),
    username: "integration@simulated.example",
    privateKey: signing.privateKey,
  }
  const sessions = new Sessions(org.id, options.tokenLifetimeMs ?? 7_200_000, () => org.now())
  const jobs = new Map<string, BulkJob>()
  /** The login host, which is the first instance, and every instance after it with where the org went from there. */
  const hosts: { http: HttpServer; moved: Moved | null }[] = []
  const instanceUrl = () => hosts.at(-1)?.http.url ?? ""
  const startHost = async (port: number) => {
    const at = hosts.length
    const http = await startHttpServer({
      org,
      app: { ...credentials, publicKey: signing.publicKey },
      sessions,
      key,
      cert,
      port,
      lines,
      instanceUrl,
      moved: () => hosts[at]?.moved ?? null,
      bulkJobMs: options.bulkJobMs ?? lines.network.bulkJobMs,
      bulkPageRecords: options.bulkPageRecords ?? 50_000,
      jobs,
      ...(options.hostName === undefined ? {} : { hostName: options.hostName }),
    })
    hosts.push({ http, moved: null })
    return http
  }
  const http = await startHost(options.httpPort ?? 0)
  const pubsub = await startPubsubServer({
    org,
    authorize: (accessToken, at) => sessions.isValid(accessToken) && at === instanceUrl(),
    key,
    cert,
    port: options.pubsubPort ?? 0,
    halfWayMs: lines.halfWayMs,
    ...(options.keepaliveMs === undefined ? {} : { keepaliveMs: options.keepaliveMs }),
  }).catch(async (error: unknown) => {
    await http.close()
    throw error
  })
  const folder = await mkdtemp(join(tmpdir(), "sf-shadow-simulator-"))
  const caFile = join(folder, "ca.pem")
  await writeFile(caFile, cert)
  return {
    org,
    loginUrl: http.url,
    pubsubEndpoint: `${options.hostName ?? "127.0.0.1"}:${pubsub.endpoint.split(":")[1]}`,
    caFile,
    ca: cert,
    credentials,
    sessions,
    pubsub,
    instanceUrl,
    async move({ old, jobs: whichJobs = "kept", bus = "kept" }) {
      const left = hosts.at(-1)
      if (left === undefined || (old === "refuses" && hosts.length === 1)) {
        throw new RangeError("the login host cannot refuse connections: move the org once before")
      }
      const { url } = await startHost(0)
      left.moved = { to: url, old }
      if (old === "refuses") await left.http.close()
      sessions.expireAll()
      if (whichJobs === "lost") jobs.clear()
      if (bus === "new") pubsub.log.reset()
      else pubsub.endStreams()
    },
    async close() {
      org.close()
      await Promise.all([...hosts.map((host) => host.http.close()), pubsub.close()])
      await rm(folder, { recursive: true, force: true })
    },
  }
}
