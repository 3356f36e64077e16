import type { Pool } from "pg"
import type { ArmedFault } from "../../../src/simulator/faults.ts"
import type { Random } from "../../../src/simulator/org/random.ts"
import type { Simulator } from "../../../src/simulator/start.ts"
import { eventFaults } from "./event_faults.ts"
import { httpFaults } from "./http_faults.ts"
import { operators, resumeAll } from "./operators.ts"
import { streamFaults } from "./stream_faults.ts"

/** What a mishap may use. */
export interface Stage {
  simulator: Simulator
  pool: Pool
  random: Random
  /** Notes a fault that keeps a change of the object from being published, or a field from being read. */
  unpublished(object: string, fault: ArmedFault): void
  /** Fields that are not readable, or were not for a while, by object. */
  hiddenFields: Map<string, Set<string>>
}

/** Something that goes wrong, or that an operator does: weight, name, deed. */
export type Mishap = readonly [weight: number, name: string, happen: (stage: Stage) => unknown]

const all: readonly Mishap[] = [...streamFaults, ...eventFaults, ...httpFaults, ...operators]
const totalWeight = all.reduce((sum, [weight]) => sum + weight, 0)

/** What goes wrong in a history and what operators do meanwhile, drawn from its seed. */
export class Mishaps {
  /** How often each was met, by name. */
  readonly met: Record<string, number> = {}
  readonly hiddenFields = new Map<string, Set<string>>()
  readonly #stage: Stage
  readonly #chance: number
  readonly #unpublished: { object: string; fault: ArmedFault }[] = []

  /** @param chance of one after each transaction */
  constructor(stage: Omit<Stage, "unpublished" | "hiddenFields">, chance: number) {
    this.#chance = chance
    this.#stage = {
      ...stage,
      hiddenFields: this.hiddenFields,
      unpublished: (object, fault) => this.#unpublished.push({ object, fault }),
    }
  }

  async perhaps(): Promise<void> {
    const { random } = this.#stage
    if (!random.chance(this.#chance)) return
    let dice = random.next() * totalWeight
    for (const [weight, name, happen] of all) {
      dice -= weight
      if (dice >= 0) continue
      this.met[name] = (this.met[name] ?? 0) + 1
      await happen(this.#stage)
      return
    }
  }

  /** From here on all goes well, and every object is followed. */
  async end(): Promise<void> {
    this.#stage.simulator.org.faults.disarm()
    await resumeAll(this.#stage.pool)
    // A job's next try waits e^n seconds after the n-th, minutes where a worker was killed at it several times.
    await this.#stage.pool.query(
      `select sf_shadow_worker.reschedule_jobs(run_at => now(), attempts => 0, job_ids => array(
         select j.id from sf_shadow_worker.jobs j where j.locked_at is null and j.attempts between 1 and j.max_attempts - 1))`,
    )
  }

  /** Objects of which a change was not published, or a field not readable. */
  get unpublished(): ReadonlySet<string> {
    const struck = this.#unpublished.filter(
      ({ fault }) => fault.struck > 0 || fault.name === "field.permission",
    )
    return new Set(struck.map(({ object }) => object))
  }
}
