import type { RunState } from "../../src/bulk_to_shadow/run.ts"
import { account, product } from "./records.ts"
import { completeJob, createJob, endRun, finishRun, mergePage, queueRun } from "./runs.ts"
import type { Shadow } from "./shadow.ts"

export const beforeAnEnd: RunState[] = ["queued", "waiting", "loading", "sweeping"]
export const states: RunState[] = [...beforeAnEnd, "complete", "failed", "fuse", "canceled"]

const loadFields = "(select sf_shadow.load_fields(r.object) from sf_shadow.run r where r.run_id = $1)"

/** The functions that write a run, as a driver calls them, and the states in which each may change anything. */
export const steps: Record<string, { call: string; from: RunState[] }> = {
  begin_job: { call: "begin_job($1)", from: ["queued"] },
  await_job: { call: `await_job($1, '751', ${loadFields}, now())`, from: ["queued"] },
  begin_rest: { call: `begin_rest($1, ${loadFields}, now(), now(), 7)`, from: ["queued"] },
  note_look: { call: "note_look($1, '750', 'InProgress', 7)", from: ["waiting"] },
  begin_loading: { call: "begin_loading($1, '750', now(), 7)", from: ["waiting"] },
  renew_job: { call: "renew_job($1, '750', 'the job is gone', 0)", from: ["waiting", "loading"] },
  take_turn: { call: "take_turn($1, 3)", from: ["queued", "loading"] },
  finish_run: { call: "finish_run($1, 1)", from: ["sweeping"] },
  pause_run: { call: "pause_run($1, 'the API budget', 60000)", from: beforeAnEnd },
  resume_run: { call: "resume_run($1)", from: beforeAnEnd },
  note_run_error: { call: "note_run_error($1, 'a failure')", from: beforeAnEnd },
  end_run: { call: "end_run($1, 'a failure', true)", from: beforeAnEnd },
  _cancel_run: { call: "_cancel_run($1, 'canceled by somebody')", from: beforeAnEnd },
}

/** A full load of one record, in this state. */
export async function runIn(
  shadow: Shadow,
  state: RunState,
  object: "Product2" | "Account" = "Product2",
): Promise<number> {
  const runId = await queueRun(shadow, object, "full")
  if (state === "queued") return runId
  await createJob(shadow, runId, { from: 20 })
  if (state === "waiting") return runId
  await completeJob(shadow, runId, { to: 30, expected: 1 })
  if (state === "failed" || state === "fuse") await endRun(shadow, runId, { byFuse: state === "fuse" })
  if (state === "canceled") await shadow.all("select sf_shadow._cancel_run($1, 'a test')", runId)
  if (state !== "sweeping" && state !== "complete") return runId
  await mergePage(shadow, runId, 1, [object === "Product2" ? product(1, 0) : account(1, 0)])
  if (state === "complete") await finishRun(shadow, runId, 1)
  return runId
}

/** What a step may change: the run, its ids, the reads, what is known of its object. */
export const everything = `select jsonb_build_array(
  (select jsonb_agg(r) from sf_shadow.run r), (select jsonb_agg(p) from sf_shadow.run_page p),
  (select jsonb_agg(r) from sf_shadow.read r), (select jsonb_agg(s) from sf_shadow.object_state s)) as seen`
