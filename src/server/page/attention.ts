import type { Readiness } from "../readiness.ts"
import * as remedies from "./remedies.ts"
import type { Attention, ConsumerRow, ObjectRow, RunRow, Snapshot, Tone } from "./snapshot.ts"

/** A stream that is opened anew, or a record that is read again, is no news before this time has passed. */
const briefMs = 60_000

const severity: Record<Tone, number> = { problem: 0, warning: 1, progress: 2, well: 3 }

/**
 * What a person should look at, the worst first, each with what can be done.
 *
 * @param checks what /readyz found in this process
 */
export function attentionOf(snapshot: Snapshot, checks: Readiness["checks"] = {}): Attention[] {
  const found = [
    ...snapshot.objects.flatMap((object) => objectAttention(object, snapshot)),
    ...snapshot.runs.flatMap((run) => runAttention(run, snapshot)),
    ...streamAttention(snapshot),
    ...checkAttention(checks),
    ...jobAttention(snapshot),
    ...usageAttention(snapshot),
    ...consumerAttention(snapshot),
  ]
  return found.sort((a, b) => severity[a.tone] - severity[b.tone])
}

type Details = Partial<Pick<Attention, "text" | "since" | "advice" | "remedies">>

function attention(tone: Tone, title: string, details: Details = {}): Attention {
  return { tone, object: null, title, text: null, since: null, advice: null, remedies: [], ...details }
}

function objectAttention(row: ObjectRow, { runs }: Snapshot): Attention[] {
  const { object, reason: text } = row
  const found: Attention[] = []
  const say = (tone: Tone, predicate: string, details: Details) =>
    found.push({ ...attention(tone, `${object} ${predicate}`, details), object })
  const running = runs.find((run) => run.object === object && run.finished_at === null)
  const loading =
    running && `A load of it is ${running.started_at === null ? "queued" : "running"}: see Loads.`
  switch (row.state) {
    case "never loaded":
      if (running) say("progress", "is being loaded for the first time", { advice: loading })
      else say("problem", "was never loaded", { text, remedies: remedies.backfill(object) })
      break
    case "paused":
      say("warning", "is paused", { text, remedies: remedies.resume(object) })
      break
    case "degraded":
      say("problem", "is degraded", {
        text,
        advice: "Give the service's Salesforce user the right to read the field, then load what changed.",
        remedies: remedies.delta(object),
      })
      break
    case "stale":
      say("problem", "is stale", {
        text,
        since: row.fresh_except_listed,
        advice: loading ?? "The service closes a hole by itself when it can. To start a load now:",
        remedies: loading ? [] : remedies.delta(object),
      })
      break
    case "filling":
      say("progress", "is filling columns that were added", {
        text,
        advice: loading ?? "The service does it by a load. To start one now:",
        remedies: loading ? [] : remedies.backfill(object),
      })
      break
    case "catching up":
      if (row.is_behind) {
        say("progress", "is catching up", { text, since: row.fresh_as_of })
      }
  }
  if (row.rejected > 0) {
    say("warning", "has records that cannot be stored", {
      text: `${records(row.rejected)}; the reasons are below.`,
      advice: "Mend them in Salesforce: a record is read again when it changes. To try all of them now:",
      remedies: remedies.retryRejects(),
    })
  }
  if (row.drift_rows !== null && row.drift_rows > 0) {
    say("problem", "had been silently wrong", {
      since: row.verified_at,
      text: `The last comparison with Salesforce found ${records(row.drift_rows)} that differed although the object claimed to be fresh, and repaired them.`,
      advice: "Compare every record:",
      remedies: remedies.verifyAll(object),
    })
  }
  return found
}

const loadNames: Record<RunRow["kind"], string> = {
  full: "full load",
  delta: "delta",
  ids: "Id comparison",
}

function runAttention(run: RunRow, { runs }: Snapshot): Attention[] {
  const { object, kind, error: text, finished_at: since } = run
  if (run.still_since !== null) {
    return [
      attention("problem", `The ${loadNames[kind]} of ${object} stands still`, {
        text: `It waits for ${run.waits_for}.`,
        since: run.still_since,
        advice: "Salesforce may be slow, or the job lost. To end it and begin anew:",
        remedies: remedies.cancelRun(run.run_id),
      }),
    ]
  }
  const isSettled = runs.some(
    (other) =>
      other.object === object &&
      other.kind === "full" &&
      other.state === "complete" &&
      other.run_id > run.run_id,
  )
  if (isSettled) return []
  if (run.state === "fuse") {
    return [
      attention("problem", `The fuse of ${object} tripped`, {
        text,
        since,
        advice:
          "Lost permissions look like deletions: look at the org first. Only if the records are gone indeed:",
        remedies: remedies.backfill(object, true),
      }),
    ]
  }
  if (run.state === "failed") {
    const again = { full: remedies.backfill, delta: remedies.delta, ids: remedies.compareIds }[kind]
    return [
      attention("problem", `The last ${loadNames[kind]} of ${object} failed`, {
        text,
        since,
        remedies: again(object),
      }),
    ]
  }
  return []
}

function streamAttention({ streams, read_at }: Snapshot): Attention[] {
  return streams
    .filter(({ problem }) => problem !== null)
    .map(({ topic, problem: text, problem_since: since }) => {
      const isBrief = since !== null && Date.parse(read_at) - Date.parse(since) < briefMs
      return attention(isBrief ? "progress" : "problem", `The stream ${topic} stands still`, { text, since })
    })
}

/** The database and the caches have words of their own on the page. */
function checkAttention(checks: Readiness["checks"]): Attention[] {
  return Object.entries(checks)
    .filter(([name, { ok }]) => !ok && name !== "database" && name !== "redis")
    .map(([name, { required, message: text }]) =>
      attention(required ? "problem" : "warning", `The check of ${name} fails in this process`, { text }),
    )
}

function jobAttention({ failed_jobs }: Snapshot): Attention[] {
  return failed_jobs.map(({ job_id, task, key, error: text, failed_at: since, retried_at, by_operators }) =>
    attention("warning", `The job ${key ?? `${task} ${job_id}`} failed and is out of attempts`, {
      text,
      since,
      remedies: by_operators ? remedies.again(task, key) : [],
      advice:
        retried_at === null
          ? "It is not tried again by itself, and is forgotten after a day."
          : `It is tried again by itself after ${utc(retried_at)}.`,
    }),
  )
}

function usageAttention({ usage }: Snapshot): Attention[] {
  return usage
    .filter(({ reason }) => reason !== null)
    .map(({ limit_name, reason, resumes_at }) =>
      attention("warning", `The API budget holds back calls: ${limit_name}`, {
        text: reason,
        advice: `What is held back goes on by itself; the limit is looked at again at ${utc(resumes_at)}.`,
      }),
    )
}

const consumerTones: Partial<Record<ConsumerRow["state"], string>> = {
  behind: "is behind",
  dead: "is dead",
  overrun: "is dead and has lost its place",
}

/** One line for a consumer, which has a cursor for each object: of the first that is not well. */
function consumerAttention({ consumers }: Snapshot): Attention[] {
  const troubled = consumers.filter(({ state }) => state in consumerTones)
  const names = [...new Set(troubled.map(({ consumer }) => consumer))]
  return names.map((name) => {
    const { state, reason, seen_at } = troubled.find(({ consumer }) => consumer === name) as ConsumerRow
    const isGone = state !== "behind"
    return attention("warning", `The cache consumer ${name} ${consumerTones[state]}`, {
      text: reason,
      since: isGone ? seen_at : null,
      advice: isGone ? "Start it again. Only if it is gone for good, forget it:" : null,
      remedies: isGone ? remedies.forgetConsumer(name) : [],
    })
  })
}

function records(count: number): string {
  return count === 1 ? "1 record" : `${count} records`
}

function utc(time: string | null): string {
  return time === null
    ? "an unknown time"
    : `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`
}
