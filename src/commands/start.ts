import { Command } from "commander"
import { startMode } from "../base/config.ts"
import { sfShadow } from "../base/sf_shadow.ts"
import { wholeNumber } from "./arguments.ts"
import { exitCodes, type Invocation } from "./invocation.ts"
import type { Work } from "./program.ts"
import { serve } from "./run.ts"

interface StartFlags {
  demo?: boolean
  products: number
}

/** `start`, also `npm start`: the demo without configuration, the service with it. */
export function startCommand(invocation: Invocation, work: Work): Command {
  return new Command("start")
    .description(
      "without DATABASE_URL and SF_* variables: a demo with everything in it; with both: the service",
    )
    .option("--demo", "the demo in any case; with DATABASE_URL its simulated records go into that database")
    .option("--products <count>", "size of the demo's catalogue", wholeNumber(1, 1_000_000), 2_000)
    .addHelpText(
      "after",
      `
The demo starts a Postgres of its own (data in SF_SHADOW_DATA_DIR, kept from start to start), a simulated
Salesforce org in memory, and the service between them; it loads the catalogue and follows changes until Ctrl-C.

Examples:
  ${sfShadow} start
  ${sfShadow} start --products 50000`,
    )
    .action((flags: StartFlags) =>
      work(async () => {
        if (!flags.demo && startMode(invocation.environment) === "service") return serve(invocation)
        const { runDemo } = await import("../demo/demo.ts")
        await runDemo(invocation, flags.products)
        return exitCodes.interrupted
      }),
    )
}
