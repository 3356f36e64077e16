import { filtered, meetsFilter } from "../model/filter.ts"
import type { Fields, ObjectName } from "../model/objects.ts"
import type { Random } from "../model/random.ts"
import { type ModelRecord, type Version, visibleAt } from "../model/record.ts"
import { fromDate, toDate } from "../virtual_time.ts"
import type { World } from "../world.ts"
import { toRecord } from "./to_record.ts"

export type RunKind = "full" | "delta" | "ids"

/** A row of sf_shadow.run: all that the next step goes by, as the service's driver does. */
interface Run {
  run_id: number
  object: ObjectName
  kind: RunKind
  state: string
  since: Date | null
  job_id: string | null
  locator: string | null
  pages: number
  has_ended: boolean
}

const columns =
  "run_id, object, kind, state, since, job_id, locator, pages, finished_at is not null as has_ended"

/** What the org has of a bulk job. */
interface Job {
  createdAt: number
  pages: Fields[][]
}

/** The loads by Bulk API: the org's side of them, between the SQL functions that src/bulk_to_shadow calls. */
export class LoadService {
  readonly #world: World
  /** The runs that have not ended, as their rows are. */
  readonly #runs = new Map<number, Run>()
  readonly #jobs = new Map<string, Job>()

  constructor(world: World) {
    this.#world = world
  }

  get active(): readonly Run[] {
    return [...this.#runs.values()]
  }

  /** Starts a run, or joins the one under way; null where there is nothing to compare with yet. */
  async start(object: ObjectName, kind: RunKind): Promise<Run | null> {
    const [run] = await this.#world.transaction<Run>(
      false,
      [
        `select sf_shadow.start_run(of_object => $1, of_kind => $2, of_reason => 'history')
         from sf_shadow.object_state where object = $1 and ($2 = 'full' or delta_from is not null)`,
        [object, kind],
      ],
      [
        `select ${columns} from sf_shadow.run where object = $1 and kind = $2 and finished_at is null`,
        [object, kind],
      ],
    )
    if (run === undefined) return null
    this.#runs.set(run.run_id, run)
    return run
  }

  /** One step: create the job, see that it is complete or came to nothing, merge one page, or compare and end. */
  async advance(run: Run, killed: boolean, random: Random): Promise<void> {
    const done = await this.#takeStep(run, killed, random)
    const end = killed ? ", and the process killed before the commit" : ""
    this.#world.say(`run ${run.run_id} (${run.kind} of ${run.object}): ${done}${end}`)
  }

  #takeStep(run: Run, killed: boolean, random: Random): Promise<string> {
    if (run.state === "queued") return this.#createJob(run, killed, random)
    if (run.state === "sweeping") return this.#finish(run, killed, random)
    if (random.chance(0.05)) return this.#renewJob(run, killed)
    const job = this.#jobs.get(run.job_id as string) as Job
    if (run.state === "waiting") return this.#completeJob(run, job, killed, random)
    return this.#mergePage(run, job, killed)
  }

  async #createJob(run: Run, killed: boolean, random: Random): Promise<string> {
    const world = this.#world
    const readFrom = Math.floor(world.serverTime(random) / 1000) * 1000
    const [begun] = await world.transaction<{ fields: string[] }>(false, [
      `select sf_shadow.begin_job(of_run_id => $1, of_filter => (select o.filter from sf_shadow.object o where o.object = $2)) as fields`,
      [run.run_id, run.object],
    ])
    const id = `job ${this.#jobs.size + 1}`
    this.#jobs.set(id, { createdAt: world.now, pages: [] })
    await this.#commit(run, killed, [
      "select sf_shadow.await_job(of_run_id => $1, of_job_id => $2, of_fields => $3, of_read_from => $4)",
      [run.run_id, id, begun?.fields, toDate(readFrom)],
    ])
    return `${id} created, createdDate ${readFrom / 1000} s`
  }

  async #completeJob(run: Run, job: Job, killed: boolean, random: Random): Promise<string> {
    job.pages = this.#query(run, job, random)
    await this.#commit(run, killed, [
      "select sf_shadow.begin_loading(of_run_id => $1, of_job_id => $2, of_read_to => $3, of_expected => $4)",
      [run.run_id, run.job_id, toDate(this.#world.latest(random)), job.pages.flat().length],
    ])
    return `${run.job_id} complete, ${describePages(job.pages)}`
  }

  async #mergePage(run: Run, job: Job, killed: boolean): Promise<string> {
    const place = Number(run.locator ?? 0)
    const isLast = place === job.pages.length - 1
    await this.#commit(
      run,
      killed,
      [
        "select sf_shadow.json_to_page(fields => (select r.fields from sf_shadow.run r where r.run_id = $1), records => $2::jsonb)",
        [run.run_id, JSON.stringify(job.pages[place])],
      ],
      [
        "select sf_shadow.bulk_to_shadow(of_run_id => $1, of_page => $2, next_locator => $3, has_marks => false)",
        [run.run_id, run.pages + 1, isLast ? null : String(place + 1)],
      ],
    )
    return `page ${place + 1} merged`
  }

  /** The job has failed, or is gone with its result. */
  async #renewJob(run: Run, killed: boolean): Promise<string> {
    await this.#commit(run, killed, [
      "select sf_shadow.renew_job(of_run_id => $1, of_job_id => $2, of_error => 'history', wait_ms => 0)",
      [run.run_id, run.job_id],
    ])
    return `${run.job_id} came to nothing, and is made anew`
  }

  async #finish(run: Run, killed: boolean, random: Random): Promise<string> {
    if (run.kind === "delta" && this.#world.isFiltered && run.object === filtered.object)
      await this.#compareChanges(run, random)
    await this.#commit(run, killed, [
      "select sf_shadow.finish_run(of_run_id => $1, of_count_in_org => $2)",
      [run.run_id, this.#world.org.live(run.object).length],
    ])
    return "compared and complete"
  }

  /** The Ids of all that has changed, asked for now. */
  async #compareChanges(run: Run, random: Random): Promise<void> {
    const askedAt = this.#world.now
    this.#world.now += random.between(0, 1_000)
    const ids = this.#changed(run, askedAt, random).map(({ record }) => record.id)
    const [row] = await this.#world.transaction<{ marked: number }>(false, [
      "select sf_shadow.compare_changes(of_run_id => $1, changed_ids => $2) as marked",
      [run.run_id, ids],
    ])
    this.#world.say(`run ${run.run_id}: of ${ids.length} that have changed ${row?.marked} are in doubt`)
  }

  /** A step's transaction: where the process is killed before its commit, the row is as it was. */
  async #commit(
    { run_id }: Run,
    killed: boolean,
    ...statements: readonly [text: string, values: readonly unknown[]][]
  ): Promise<void> {
    const [after] = await this.#world.transaction<Run>(killed, ...statements, [
      `select ${columns} from sf_shadow.run where run_id = $1`,
      [run_id],
    ])
    if (killed) return
    if (after === undefined || after.has_ended) this.#runs.delete(run_id)
    else this.#runs.set(run_id, after)
  }

  /** Each record is read at a moment of its own between the job's creation and now, in no order. */
  #query(run: Run, job: Job, random: Random): Fields[][] {
    const { org, isFiltered } = this.#world
    const rows = this.#changed(run, job.createdAt, random)
      .filter(({ record, version }) => meetsFilter(isFiltered, record.object, version))
      .map(({ record, version }) => (run.kind === "ids" ? { Id: record.id } : toRecord(org, record, version)))
    const shuffled = random.shuffle(rows)
    const pages: Fields[][] = []
    while (shuffled.length > 0) pages.push(shuffled.splice(0, random.between(1, 4)))
    return pages.length > 0 ? pages : [[]]
  }

  /** What a run's query finds, whether it meets a filter or not. */
  #changed(run: Run, askedAt: number, random: Random): { record: ModelRecord; version: Version }[] {
    const since = run.since && fromDate(run.since)
    return this.#world.org.all(run.object).flatMap((record) => {
      const version = visibleAt(record, random.between(askedAt, this.#world.now))
      if (version === null || version.existence === "gone") return []
      if (version.existence === "bin" && run.kind !== "delta") return []
      return since !== null && version.stamp < since ? [] : [{ record, version }]
    })
  }
}

function describePages(pages: readonly Fields[][]): string {
  const shown = pages.map((page) => page.map((record) => String(record.Id).replace(/0{6,}/, "…")).join(" "))
  return `pages [${shown.join(" | ")}]`
}
