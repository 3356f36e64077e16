import { generateKeyPairSync, randomBytes } from "node:crypto"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { selfSignedCertificate } from "./certificate.ts"
import type { BulkOptions } from "./http/bulk_query.ts"
import { startHttpServer } from "./http/server.ts"
import { Sessions } from "./http/sessions.ts"
import { Org } from "./org/org.ts"
import type { OrgOptions } from "./org/org_options.ts"
import { type PubsubServer, startPubsubServer } from "./pubsub/server.ts"

/** How to start the simulated org; every option has a default. */
export interface SimulatorOptions extends OrgOptions, Partial<BulkOptions> {
  /** An org made before, for instance one that was filled; `OrgOptions` are ignored then. */
  org?: Org
  /** Ports on 127.0.0.1 of the HTTPS and the Pub/Sub side; 0 (the default) takes a free one. */
  httpPort?: number
  pubsubPort?: number
  /** How long an access token works, ms. Default two hours. */
  tokenLifetimeMs?: number
  /** How long the Pub/Sub stream is silent before a keepalive, ms, from and to; its own default otherwise. */
  keepaliveMs?: readonly [number, number]
}

/** A simulated org that runs, and all that a client needs to reach it. */
export interface Simulator {
  org: Org
  /** Also the instance URL. */
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
  close(): Promise<void>
}

/** Starts the simulated org's HTTPS and Pub/Sub servers on loopback. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const org = options.org ?? new Org(options)
  const { key, cert } = await selfSignedCertificate()
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
  const http = await startHttpServer({
    org,
    app: { ...credentials, publicKey: signing.publicKey },
    sessions,
    key,
    cert,
    port: options.httpPort ?? 0,
    bulkJobMs: options.bulkJobMs ?? [200, 1000],
    bulkPageRecords: options.bulkPageRecords ?? 50_000,
  })
  const pubsub = await startPubsubServer({
    org,
    authorize: (accessToken) => sessions.isValid(accessToken),
    key,
    cert,
    port: options.pubsubPort ?? 0,
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
    pubsubEndpoint: pubsub.endpoint,
    caFile,
    ca: cert,
    credentials,
    sessions,
    pubsub,
    async close() {
      org.close()
      await Promise.all([http.close(), pubsub.close()])
      await rm(folder, { recursive: true, force: true })
    },
  }
}
