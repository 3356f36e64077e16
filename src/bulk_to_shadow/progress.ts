import cliProgress, { type SingleBar } from "cli-progress"
import type { LoadProgress, LoadResult } from "./index.ts"

export interface Progress {
  show(progress: LoadProgress): void
  /** Leaves the bars as they are; may be called again. */
  stop(): void
}

/** Shows loads on stderr while they run: bars on a terminal, else a line per object and state. `silent`: nothing. */
export function startProgress(silent: boolean): Progress {
  if (silent) return { show() {}, stop() {} }
  return process.stderr.isTTY ? bars() : lines()
}

function bars(): Progress {
  const all = new cliProgress.MultiBar(
    {
      format: "  {object} {bar} {received}/{expected} {state}",
      clearOnComplete: false,
      hideCursor: true,
      stopOnComplete: false,
      fps: 8,
    },
    cliProgress.Presets.shades_classic,
  )
  const byObject = new Map<string, SingleBar>()
  let stopped = false
  return {
    show({ object, state, received, expected }) {
      const shown = {
        object: object.padEnd(16),
        state,
        received: received.toLocaleString("en"),
        expected: expected === null ? "?" : expected.toLocaleString("en"),
      }
      // Salesforce names the total only when the job has ended: the bar stays empty until then.
      const total = Math.max(expected ?? received + 1, 1)
      const value = state === "complete" ? total : received
      let bar = byObject.get(object)
      if (bar === undefined) {
        bar = all.create(total, value, shown)
        byObject.set(object, bar)
      }
      bar.setTotal(total)
      bar.update(value, shown)
    },
    stop() {
      if (!stopped) all.stop()
      stopped = true
    },
  }
}

function lines(): Progress {
  const last = new Map<string, string>()
  return {
    show({ object, state, received, expected }) {
      const tenth = expected ? Math.floor((10 * received) / expected) : 0
      const step = `${state} ${tenth}`
      if (last.get(object) === step) return
      last.set(object, step)
      const of = expected === null ? "" : ` of ${expected}`
      process.stderr.write(`${object}: ${state}, ${received}${of} records\n`)
    },
    stop() {},
  }
}

/** The outcome of loads, one line per object, and what to do about it. */
export function loadLines(results: readonly LoadResult[]): string[] {
  return results.map((result) => {
    const { object, runId, state, received, expected, countInOrg, difference, error } = result
    const counts =
      `${received} of ${expected ?? "?"} records; ${result.inserted} inserted, ${result.updated} updated, ` +
      `${result.deleted} deleted, ${result.unchanged} unchanged, ${result.rejected} rejected, ${result.dirty} in doubt`
    const compared = countInOrg === null ? "" : `; Salesforce counts ${countInOrg}, difference ${difference}`
    if (state === "complete") return `${object}: complete (run ${runId}): ${counts}${compared}`
    if (state === "canceled")
      return `${object}: CANCELED (run ${runId}) after ${counts}: ${error ?? "no reason given"}`
    if (state === "failed")
      return `${object}: FAILED (run ${runId}) after ${counts}: ${error ?? "no reason given"}`
    return (
      `${object}: STOPPED by the fuse (run ${runId}): ${error ?? "too many records would be deleted"}. Nothing was ` +
      "deleted. Check the permissions of the Salesforce user; if the deletes are right, repeat with --force."
    )
  })
}
