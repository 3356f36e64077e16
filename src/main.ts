#!/usr/bin/env node
// The program: checks Node, turns signals into an abort, and ends the process. Nothing else calls process.exit.
// Everything heavy is imported after the check, so that an old Node gets a message instead of a syntax error.
import type { Invocation } from "./commands/invocation.ts"

/** Oldest Node that the libraries support. */
const oldest = [22, 19] as const

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
  const { runByInstalledNode } = await import("./base/installed_node.ts")
  await runByInstalledNode(import.meta.filename)
  process.stderr.write(
    `sf-shadow needs Node ${oldest.join(".")} or newer, and this is ${process.versions.node} (${process.execPath}).\n` +
      "Install a newer one. The npm package node brings one too; it was left out here (--omit=optional or --ignore-scripts).\n",
  )
  process.exit(2)
}

const { run } = await import("./commands/program.ts")
const { exitCodes, Interruption, isTermination } = await import("./commands/invocation.ts")

/** How long a command may take to stop after a signal: less than the 10 s after which Docker kills. */
const stopWithinMs = 8_500
/** npm sends the terminal's Ctrl-C a second time at once: that is one press, not two. */
const samePressMs = 500

const interrupt = new AbortController()
let interruptedAt: number | undefined

function onSignal(signal: NodeJS.Signals): void {
  if (interruptedAt !== undefined) {
    if (Date.now() - interruptedAt > samePressMs) process.exit(exitCodes.interrupted)
    return
  }
  interruptedAt = Date.now()
  interrupt.abort(new Interruption(signal))
  setTimeout(() => {
    process.stderr.write(`Not everything stopped within ${stopWithinMs / 1000} s; ending now.\n`)
    process.exit(exitCodes.interrupted)
  }, stopWithinMs).unref()
}

process.on("SIGINT", onSignal).on("SIGTERM", onSignal).on("SIGHUP", onSignal)

// A reader that went away (`| head`, a closed terminal) is no fault of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "EIO") throw error
  })
}

const invocation: Invocation = { environment: process.env, signal: interrupt.signal }
const code = await run(process.argv.slice(2), invocation)
const isInOrder = interruptedAt === undefined || (code === exitCodes.done && isTermination(interrupt.signal))
process.exit(isInOrder ? code : exitCodes.interrupted)
