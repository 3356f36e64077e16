import { ConfigError, type Environment } from "../base/config.ts"
import { sqlstate, sqlstateOf } from "../postgres/sqlstate.ts"

/** Exit codes; scripts and service managers rely on them (docs/commands.md). */
export const exitCodes = { done: 0, failed: 1, usage: 2, fuse: 3, interrupted: 130 } as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** What a command gets from outside. */
export interface Invocation {
  environment: Environment
  /** Aborted by SIGINT, SIGTERM or SIGHUP: stop within five seconds. */
  signal: AbortSignal
}

/** Why a command is to stop. */
export class Interruption extends Error {
  override readonly name = "Interruption"
  readonly signal: NodeJS.Signals

  constructor(signal: NodeJS.Signals) {
    super(`interrupted by ${signal}`)
    this.signal = signal
  }
}

/** Whether a service manager stops the command, by SIGTERM: for what runs until then, that is no failure. */
export function isTermination({ reason }: AbortSignal): boolean {
  return reason instanceof Interruption && reason.signal === "SIGTERM"
}

/** A wrong argument, found after parsing (an unknown object). Exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError"
}

/** An expected failure whose message says everything. Exit code 1. */
export class CommandError extends Error {
  override readonly name = "CommandError"
}

/** The exit code that an error out of a command stands for. */
export function exitCodeOf(error: unknown, signal: AbortSignal): ExitCode {
  if (signal.aborted) return exitCodes.interrupted
  if (sqlstateOf(error) === sqlstate.fuse) return exitCodes.fuse
  return error instanceof ConfigError || error instanceof UsageError ? exitCodes.usage : exitCodes.failed
}

/** Resolves when the signal is aborted. */
export function interrupted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }))
}
