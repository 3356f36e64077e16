import { sfShadow } from "../../base/sf_shadow.ts"
import type { Remedy } from "./snapshot.ts"

const shell = (text: string): Remedy => ({ in: "shell", text })
const psql = (text: string): Remedy => ({ in: "psql", text })

/** Loads an object, or with `force` past the fuse. */
export function backfill(object: string, force = false): Remedy[] {
  return [
    shell(`${sfShadow} backfill ${word(object)}${force ? " --force" : ""}`),
    addJob("backfill", { object, ...(force && { force }) }),
  ]
}

export function delta(object: string): Remedy[] {
  return [shell(`${sfShadow} delta ${word(object)}`), addJob("delta", { object })]
}

export function compareIds(object: string): Remedy[] {
  return [addJob("compare_ids", { object })]
}

export function verifyAll(object: string): Remedy[] {
  return [shell(`${sfShadow} verify ${word(object)} --all`)]
}

export function resume(object: string): Remedy[] {
  return [shell(`${sfShadow} resume ${word(object)}`), psql(`select sf_shadow_resume(${literal(object)});`)]
}

/** Ends a load. */
export function cancelRun(runId: number): Remedy[] {
  return [shell(`${sfShadow} runs cancel ${runId}`), psql(`select sf_shadow_cancel_run(${runId});`)]
}

/** Every reject is read again. */
export function retryRejects(): Remedy[] {
  return [shell(`${sfShadow} rejects --retry`), addJob("retry_rejects", {})]
}

export function forgetConsumer(consumer: string): Remedy[] {
  return [psql(`delete from sf_shadow.invalidation_consumer where consumer = ${literal(consumer)};`)]
}

/** Queues a failed job anew by its key (`backfill:Product2`). */
export function again(task: string, key: string | null): Remedy[] {
  const object = key?.startsWith(`${task}:`) ? key.slice(task.length + 1) : "all"
  return [addJob(task, object === "all" ? {} : { object })]
}

function addJob(task: string, payload: object): Remedy {
  const json = JSON.stringify(payload)
  return psql(`select add_job(${literal(task)}${json === "{}" ? "" : `, ${literal(json)}`});`)
}

/** As quote_literal writes it; names come from the database and are made no safer by being ours. */
function literal(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`
  return text.includes("\\") ? `E${quoted.replaceAll("\\", "\\\\")}` : quoted
}

/** As one word of a shell. */
function word(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
