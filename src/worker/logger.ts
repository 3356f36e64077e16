import { Logger } from "graphile-worker"
import type { Log } from "../base/log.ts"

/** graphile-worker's log as ours: a failed job is a warning while it is tried again, since its task says more. */
export function workerLogger(log: Log): Logger {
  return new Logger((scope) => (level, message, meta) => {
    const keys = {
      event: "worker",
      task: scope.taskIdentifier,
      job: scope.jobId,
      ...(meta?.error ? { err: meta.error } : {}),
    }
    if (level === "error") log.warn(keys, message)
    else if (level === "warning") log.warn(keys, message)
    else log.debug(keys, message)
  })
}
