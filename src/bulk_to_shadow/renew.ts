import type { Connections } from "../connections.ts"
import { abortJob, jobStalled, resultGone } from "../salesforce/bulk.ts"
import type { SalesforceError } from "../salesforce/errors.ts"
import type { Run } from "./run.ts"

/** Bulk jobs that one run makes at the most: with the pauses between them 15 minutes for what passes by itself. */
const jobsAtMost = 6
/** The same for jobs that stood still, each for hours. */
const stalledJobsAtMost = 3
/** The first pause after a job that failed, in looks at a job; each one after it is twice as long. 30 s by default. */
const firstPauseLooks = 15

/**
 * Lets a run make its bulk job anew, because the one it had failed for a while or is gone with its result: an org that
 * moved, a result that was deleted, another API version. What the run has merged stays.
 *
 * @returns how long to wait before, in ms; null where the run has had its jobs, or another process goes on with it
 */
export async function renewJob(
  connections: Connections,
  run: Run,
  error: SalesforceError,
): Promise<number | null> {
  const { pool, config, log } = connections
  const atMost = error.code === jobStalled ? stalledJobsAtMost : jobsAtMost
  if ((run.job_id === null && !run.by_rest) || run.job_attempts + 1 >= atMost) {
    if (error.code === jobStalled) await abortJobOf(connections, run)
    return null
  }
  // A job that is gone, or has cost its hours, says nothing of how the next one will fare.
  const looks =
    error.code === resultGone || error.code === jobStalled ? 0 : firstPauseLooks * 2 ** run.job_attempts
  const waitMs = Math.round(looks * config.salesforce.bulkPollMs * (1 + Math.random() / 10))
  const { rows } = await pool.query<{ renewed: boolean }>(
    "select sf_shadow.renew_job(of_run_id => $1, of_job_id => $2, of_error => $3, wait_ms => $4) as renewed",
    [run.run_id, run.job_id, error.message, waitMs],
  )
  if (!rows[0]?.renewed) return null
  // After it is nobody's any more: a job that was aborted by somebody else ends its run.
  if (error.code === jobStalled) await abortJobOf(connections, run)
  const { object, run_id, kind, job_id: job } = run
  const keys = { event: "bulk_job_renewed", object, run: run_id, kind, job, wait_ms: waitMs }
  const when = waitMs === 0 ? "now" : `in ${(waitMs / 1000).toFixed(1)} s`
  const which = `${run.job_attempts + 2} of ${atMost}`
  log.warn(keys, `${error.message} The load of ${object} makes its bulk job anew ${when} (job ${which}).`)
  return waitMs
}

/** Ends the bulk job of a run, if it has one, that nobody waits for any more. One that stays is no harm, and is logged. */
export async function abortJobOf({ session, log }: Connections, { object, job_id: job }: Run): Promise<void> {
  if (job === null) return
  await abortJob(session, job).catch((err) =>
    log.debug({ event: "bulk_job_kept", object, job, err }, "the job was not aborted"),
  )
}
