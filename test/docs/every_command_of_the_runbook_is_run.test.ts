import assert from "node:assert/strict"
import { access, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type TestContext, test } from "node:test"
import pg from "pg"
import { endsWith, pastMargin } from "../harness/command.ts"
import { freePort } from "../harness/free_port.ts"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { startRedis, withoutRedis } from "../harness/redis.ts"
import { type Service, startService } from "../harness/service.ts"
import { settle } from "../harness/settled.ts"
import { waitFor } from "../harness/wait.ts"
import { readDocument, runShell, runSql, type Section } from "./document.ts"

/** Alerts link to these. */
const anchors = [
  "replay-events",
  "manual-backfill",
  "clear-caches",
  "tripped-fuse",
  "load-that-stands-still",
  "rejects",
  "lost-permissions",
  "expired-replay-ids",
  "api-limit-reached",
  "redis-down",
  "restored-from-a-backup",
  "rotating-the-salesforce-key",
  "moving-to-another-org",
  "stream-down",
  "failed-jobs",
  "drift",
  "service-down",
]
const sections = await readDocument("runbook.md")

test("the sections are those that alerts link to, each in five parts, and links lead somewhere", async () => {
  assert.deepEqual(
    sections.flatMap(({ anchor }) => anchor || []),
    anchors,
  )
  for (const { heading, text } of sections.slice(1)) {
    for (const part of ["You see", "It means", "By itself", "Do:", "Over when"])
      assert.ok(text.includes(`**${part}`), `${heading} lacks "${part}"`)
  }
  for (const name of ["runbook.md", "rollout.md"]) {
    const document = await readDocument(name)
    for (const [, target = ""] of document
      .map(({ text }) => text)
      .join("")
      .matchAll(/\]\(([^)]+)\)/g)) {
      const [path, anchor] = target.split("#")
      if (path) await access(join(import.meta.dirname, "../../docs", path))
      else
        assert.ok(
          document.some((section) => section.anchor === anchor),
          `${name} links to #${anchor}`,
        )
    }
  }
})

const many = Number.POSITIVE_INFINITY
/** The one command that does not end. */
const runLine = /^npm run sf-shadow -- run\n/m

/** A system in operation, and what is done to it before each section. */
class Operation {
  readonly t: TestContext
  environment: Record<string, string>
  org: Awaited<ReturnType<typeof startOrg>>
  pools: { service: pg.Pool; operator: pg.Pool }
  service: Service | undefined
  /** What the document writes, and what stands for it here. */
  readonly stands: [string, string][]

  constructor(
    t: TestContext,
    org: Awaited<ReturnType<typeof startOrg>>,
    environment: Record<string, string>,
    stands: [string, string][],
  ) {
    this.t = t
    this.org = org
    this.environment = environment
    this.stands = stands
    this.pools = this.connect()
  }

  connect(): Operation["pools"] {
    const connectionString = this.environment.DATABASE_URL
    const pools = {
      service: new pg.Pool({ connectionString, max: 2 }),
      operator: new pg.Pool({ connectionString, max: 2, options: "-c role=sf_shadow_operator" }),
    }
    const open = [pools.service, pools.operator]
    for (const one of open) one.on("error", () => {})
    // Those of a database that was copied are ended already; that of a copy is dropped under them.
    this.t.after(() => Promise.all(open.filter(({ ended }) => !ended).map((one) => one.end())))
    return pools
  }

  async start(): Promise<void> {
    this.service = await startService(this.t, this.environment)
  }

  async stop(): Promise<void> {
    await this.service?.stop()
    this.service = undefined
  }

  settled(): Promise<void> {
    return this.#telling(settle(this.org.org, this.pools.service, 90_000))
  }

  /** Waits until a query on the database has rows. */
  found(what: string, query: string): Promise<unknown> {
    return this.#telling(
      waitFor(what, 60_000, async () => (await this.pools.service.query(query)).rows.length > 0),
    )
  }

  /** An error with what the service has said of itself. */
  #telling<T>(work: Promise<T>): Promise<T> {
    return work.catch((error) => {
      throw new Error(`${error.message}\n${this.service?.output.stderr.slice(-3000)}`)
    })
  }

  /** Runs a section's blocks in order; `codes` are those of its sh blocks that do not end with 0. */
  async follow({ anchor, blocks }: Section, codes: Record<number, number> = {}): Promise<string[]> {
    const outputs: string[] = []
    for (const { language, text, line } of blocks) {
      const where = `docs/runbook.md:${line} (${anchor})`
      if (language === "sql") {
        await runSql(text, this.pools).catch((error) => {
          throw new Error(`${where}: ${error.message}`)
        })
        continue
      }
      assert.equal(language, "sh", where)
      const [before = "", after] = text.split(runLine)
      const command = this.stands.reduce((told, [written, real]) => told.replaceAll(written, real), before)
      const { code, output } = await runShell(command, this.environment)
      assert.equal(code, codes[outputs.length] ?? 0, `${where}\n${output}`)
      outputs.push(output)
      if (after !== undefined) {
        await this.stop()
        await this.start()
      }
    }
    return outputs
  }
}

test("docs/runbook.md: every section, on a system to which it has happened, ends as it says", {
  skip: withoutRedis,
}, async (t) => {
  const { url } = await createTestDatabase()
  const folder = await mkdtemp(join(tmpdir(), "sf-shadow-runbook-"))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const visibleAtOnce = { visibilityLagMs: [0, 0] } as const
  const simulated = await startOrg(t, { ...visibleAtOnce, products: 150, pricebooks: 1, accounts: 20 })
  const { org, seeded, simulator } = simulated
  const port = await freePort()
  const redis = await startRedis()
  const newKey = join(folder, "key.pem")
  await writeFile(newKey, simulator.credentials.privateKey)
  // As it should be in operation: the key in a file.
  const { SF_PRIVATE_KEY: _, ...variables } = simulated.environment(url)
  const environment = {
    ...variables,
    SF_PRIVATE_KEY_FILE: newKey,
    REDIS_URL: redis.url,
    HTTP_PORT: String(port),
  }
  const operation = new Operation(t, simulated, environment, [
    ["127.0.0.1:9464", `127.0.0.1:${port}`],
    ["/run/secrets/new.pem", newKey],
    ["-keyout new.pem -out new.crt", `-keyout ${folder}/new.pem -out ${folder}/new.crt`],
  ])
  await endsWith(0, ["backfill"], environment)
  await operation.start()
  await operation.settled()

  const happened: Record<string, (section: Section) => Promise<void>> = {
    async "tripped-fuse"(section) {
      // An Id comparison that is under way for the replay's hole is what another one would follow.
      await operation.settled()
      const gone = new Set(seeded.products.slice(0, 130))
      const prices = seeded.entries.filter((id) =>
        gone.has(String(org.read("PricebookEntry", id)?.Product2Id)),
      )
      org.hardDelete("PricebookEntry", prices)
      org.hardDelete("Product2", gone)
      await pastMargin(operation.pools.service, org)
      await operation.pools.operator.query(`select add_job('compare_ids', '{"object":"Product2"}')`)
      await operation.found("the fuse trips", "select from sf_shadow_run where state = 'fuse'")
      await pastMargin(operation.pools.service, org)
      await operation.follow(section)
    },
    async "load-that-stands-still"(section) {
      org.faults.arm("bulk.hang", { object: "Account" })
      await operation.pools.operator.query(`select add_job('backfill', '{"object":"Account"}')`)
      await operation.found(
        "Salesforce works on the job",
        "select from sf_shadow_run where waits_for like '%is InProgress'",
      )
      await operation.pools.service.query(
        "update sf_shadow.run set progressed_at = now() - interval '20 minutes' where finished_at is null",
      )
      await operation.follow(section)
    },
    async rejects(section) {
      const id = org.transaction((tx) => tx.create("Product2", { Name: "No SKU", IsActive: true }))
      await operation.found("it is set aside", "select from sf_shadow.reject")
      await operation.follow(section)
      org.transaction((tx) => tx.update("Product2", id, { StockKeepingUnit: "MENDED" }))
    },
    async "lost-permissions"(section) {
      const lost = org.faults.arm("field.permission", {
        object: "Product2",
        field: "VPN_Region__c",
        times: many,
      })
      await endsWith(0, ["delta", "Product2"], operation.environment)
      const doctor = await endsWith(1, ["doctor"], operation.environment)
      assert.match(doctor.stdout, /^✘ object Product2: VPN_Region__c \(vpn_region\) was readable before/m)
      org.faults.disarm(lost)
      await operation.follow(section)
    },
    async "expired-replay-ids"(section) {
      await operation.stop()
      org.transaction((tx) =>
        tx.update("Account", seeded.accounts[0] as string, { Internet_Eligibility__c: "Missed" }),
      )
      await operation.pools.service.query(
        "update sf_shadow.stream set position_at = now() - interval '71 hours'",
      )
      await operation.start()
      await waitFor("the position is lost", 30_000, () =>
        (operation.service as Service)
          .logged("stream_without_position")
          .some(({ level }) => level === "warn"),
      )
      await operation.follow(section)
    },
    async "restored-from-a-backup"(section) {
      await operation.stop()
      const backup = new URL(url)
      backup.pathname += "_backup"
      const [from, to] = [new URL(url), backup].map(({ pathname }) => pathname.slice(1))
      const { service, operator } = operation.pools
      await Promise.all([service.end(), operator.end()])
      const server = new URL(url)
      server.pathname = "/postgres"
      const admin = new pg.Client({ connectionString: server.href })
      await admin.connect()
      await admin.query(`create database ${to} template ${from}`)
      t.after(async () => {
        await admin.query(`drop database ${to} with (force)`)
        await admin.end()
      })
      // What happened after the backup: in the org, and in the shadow that is then lost.
      operation.pools = operation.connect()
      await operation.start()
      org.transaction((tx) =>
        tx.update("Account", seeded.accounts[1] as string, { Internet_Eligibility__c: "Later" }),
      )
      org.hardDelete("Account", [seeded.accounts[2] as string])
      await waitFor("the change is in the shadow", 30_000, async () => {
        const sql = "select from sf_account_eligibility_shadow where internet_eligibility = 'Later'"
        return (await operation.pools.service.query(sql)).rows.length > 0
      })
      await operation.stop()
      operation.environment = { ...operation.environment, DATABASE_URL: backup.href }
      operation.pools = operation.connect()
      await operation.start()
      await operation.follow(section)
      await operation.pools.operator.query(`select add_job('compare_ids', '{"object":"Account"}')`)
    },
    async "moving-to-another-org"(section) {
      const next = await startOrg(t, { products: 10, accounts: 10, organizationId: "00DDp0000067890" })
      await operation.stop()
      operation.environment = {
        ...next.environment(operation.environment.DATABASE_URL as string),
        REDIS_URL: redis.url,
        HTTP_PORT: String(port),
      }
      operation.org = next
      const [doctor = ""] = await operation.follow(section, { 0: 1 })
      assert.match(doctor, /✘ organization: the database belongs to org 00DDp0000012345MAA/)
      await operation.start()
    },
  }
  for (const section of sections) {
    await (happened[section.anchor]?.(section) ?? operation.follow(section))
    await operation.settled()
  }
  await operation.stop()
})
