import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"

/** How a run ended. */
export interface Ran {
  /** The name of the test that was red, or that there was no end; null where all are green. */
  red: string | null
  isLate: boolean
  /** Of each file that was green. */
  tookMs: Record<string, number>
}

/** Runs SQL tests in one process that stays: to start one takes longer than most tests. */
export class SqlTests {
  readonly #folder: string
  readonly #environment: Record<string, string>
  #runner: ChildProcess | undefined
  #times = 0

  constructor(folder: string, environment: Record<string, string>) {
    this.#folder = folder
    this.#environment = environment
  }

  /** Runs files one after the other, until a test is red. */
  async run(files: string[], withinMs: number): Promise<Ran> {
    // Modules of earlier times are never unloaded.
    if (this.#times++ % 200 === 0) this.stop()
    this.#runner ??= this.#start()
    const runner = this.#runner
    const stopped = new AbortController()
    const clock = setTimeout(() => stopped.abort(), withinMs)
    try {
      const answer = once(runner, "message", { signal: stopped.signal })
      const end = once(runner, "exit", { signal: stopped.signal }).then(() => [
        { red: "the process ended", isLate: false, tookMs: {} },
      ])
      runner.send({ files, time: this.#times })
      const [ran] = (await Promise.race([answer, end])) as [Ran]
      if (runner.exitCode !== null) this.stop()
      return ran
    } catch {
      this.stop()
      return { red: `no end within ${Math.round(withinMs / 1000)} s`, isLate: true, tookMs: {} }
    } finally {
      clearTimeout(clock)
      stopped.abort()
    }
  }

  stop(): void {
    this.#runner?.kill("SIGKILL")
    this.#runner = undefined
  }

  #start(): ChildProcess {
    const env = { ...process.env, ...this.#environment }
    return fork(join(this.#folder, "test/mutants/sql_runner.ts"), {
      cwd: this.#folder,
      env,
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    })
  }
}
