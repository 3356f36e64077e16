import type { Fields, ObjectName } from "../model/objects.ts"
import type { Random } from "../model/random.ts"
import { visibleAt } from "../model/record.ts"
import { fromDate, toDate } from "../virtual_time.ts"
import type { World } from "../world.ts"
import { toRecord } from "./to_record.ts"

export type RunKind = "full" | "delta" | "ids"

interface Job {
  createdAt: number
  pages: Fields[][]
  merged: number
}

interface Run {
  runId: number
  object: ObjectName
  kind: RunKind
  since: number | null
  job: Job | null
  state: "queued" | "waiting" | "loading" | "sweeping"
}

/** The loads by Bulk API, step by step, as src/bulk_to_shadow/advance.ts takes them. */
export class LoadService {
  readonly #world: World
  readonly #runs: Run[] = []

  constructor(world: World) {
    this.#world = world
  }

  get active(): readonly Run[] {
    return this.#runs
  }

  /** Starts a run, or joins the one under way; null where there is nothing to compare with yet. */
  async start(object: ObjectName, kind: RunKind): Promise<Run | null> {
    const known = this.#runs.find((run) => run.object === object && run.kind === kind)
    if (known) return known
    const [row] = await this.#world.transaction<{ run_id: number; since: Date | null }>(
      false,
      [
        `select sf_shadow.start_run(of_object => $1, of_kind => $2, of_reason => 'history')
         from sf_shadow.object_state where object = $1 and ($2 = 'full' or delta_from is not null)`,
        [object, kind],
      ],
      [
        "select run_id, since from sf_shadow.run where object = $1 and kind = $2 and finished_at is null",
        [object, kind],
      ],
    )
    if (row === undefined) return null
    const run: Run = {
      runId: row.run_id,
      object,
      kind,
      since: row.since && fromDate(row.since),
      job: null,
      state: "queued",
    }
    this.#runs.push(run)
    return run
  }

  /** One step: create the job, see that it is complete, merge one page, or compare and end. */
  async advance(run: Run, killed: boolean, random: Random): Promise<void> {
    const name = `run ${run.runId} (${run.kind} of ${run.object})`
    const end = killed ? ", and the process killed before the commit" : ""
    if (run.state === "queued") {
      const readFrom = Math.floor(this.#world.serverTime(random) / 1000) * 1000
      await this.#createJob(run, readFrom)
      this.#world.say(`${name}: job created, createdDate ${readFrom / 1000} s`)
    } else if (run.state === "waiting") {
      const job = run.job as Job
      job.pages = this.#query(run, job, random)
      await this.#completeJob(run, job, this.#world.latest(random))
      this.#world.say(`${name}: job complete, ${describePages(job.pages)}`)
    } else if (run.state === "loading") {
      const place = (run.job as Job).merged + 1
      await this.#mergePage(run, run.job as Job, killed)
      this.#world.say(`${name}: page ${place} merged${end}`)
    } else {
      await this.#world.transaction(killed, [
        "select sf_shadow.finish_run(of_run_id => $1, of_count_in_org => $2)",
        [run.runId, this.#world.org.live(run.object).length],
      ])
      if (!killed) this.#runs.splice(this.#runs.indexOf(run), 1)
      this.#world.say(`${name}: compared and complete${end}`)
    }
  }

  async #createJob(run: Run, readFrom: number): Promise<void> {
    run.job = { createdAt: this.#world.now, pages: [], merged: 0 }
    run.state = "waiting"
    await this.#world.transaction(false, [
      `update sf_shadow.run set state = 'waiting', job_id = 'job', read_from = $2, started_at = $3,
         fields = case when kind = 'ids' then array['Id'] else sf_shadow.load_fields(object) end
       where run_id = $1`,
      [run.runId, toDate(readFrom), toDate(this.#world.now + this.#world.localErrorMs)],
    ])
  }

  async #completeJob(run: Run, job: Job, readTo: number): Promise<void> {
    run.state = "loading"
    await this.#world.transaction(false, [
      `with r as (
         insert into sf_shadow.read (object, read_from, read_to)
         select object, ${this.#world.bugs.readFromJobComplete ? "$2" : "read_from"}, greatest(read_from, $2)
         from sf_shadow.run where run_id = $1 returning read_id, read_from
       )
       update sf_shadow.run set state = 'loading', read_id = r.read_id, read_from = r.read_from, expected = $3
       from r where run_id = $1`,
      [run.runId, toDate(readTo), job.pages.flat().length],
    ])
  }

  async #mergePage(run: Run, job: Job, killed: boolean): Promise<void> {
    const page = job.pages[job.merged] as Fields[]
    const isLast = job.merged === job.pages.length - 1
    await this.#world.transaction(
      killed,
      [
        "select sf_shadow.json_to_page(fields => (select r.fields from sf_shadow.run r where r.run_id = $1), records => $2::jsonb)",
        [run.runId, JSON.stringify(page)],
      ],
      [
        "select sf_shadow.bulk_to_shadow(of_run_id => $1, of_page => $2, next_locator => $3, has_marks => false)",
        [run.runId, job.merged + 1, isLast ? null : `locator ${job.merged + 1}`],
      ],
    )
    if (killed) return
    job.merged += 1
    if (isLast) run.state = "sweeping"
  }

  /** Each record is read at a moment of its own between the job's creation and now, in no order. */
  #query(run: Run, job: Job, random: Random): Fields[][] {
    const rows: Fields[] = []
    for (const record of this.#world.org.all(run.object)) {
      const version = visibleAt(record, random.between(job.createdAt, this.#world.now))
      if (version === null || version.existence === "gone") continue
      if (version.existence === "bin" && run.kind !== "delta") continue
      if (run.since !== null && version.stamp < run.since) continue
      rows.push(run.kind === "ids" ? { Id: record.id } : toRecord(this.#world.org, record, version))
    }
    const shuffled = random.shuffle(rows)
    const pages: Fields[][] = []
    while (shuffled.length > 0) pages.push(shuffled.splice(0, random.between(1, 4)))
    return pages.length > 0 ? pages : [[]]
  }
}

function describePages(pages: readonly Fields[][]): string {
  const shown = pages.map((page) => page.map((record) => String(record.Id).replace(/0{6,}/, "…")).join(" "))
  return `pages [${shown.join(" | ")}]`
}
