import { type ChildProcess, spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** For the hundreds of processes that tests start: what one has compiled the others take, at half the cost. */
export const compileCache = { NODE_COMPILE_CACHE: join(root, "node_modules/.cache/compiled") }

/** A command as its user starts it, running. */
export interface Running {
  child: ChildProcess
  /** What it has printed so far. */
  output: { stdout: string; stderr: string }
  /** Resolves when the output (default: stdout) matches; rejects when the process ends before that. */
  printed(pattern: RegExp, stream?: "stdout" | "stderr"): Promise<RegExpMatchArray>
  /** Resolves with the exit code when the process has ended and its output is complete. */
  ended: Promise<number | null>
}

/**
 * Starts `sf-shadow ARGS` as a process of its own: Node itself, no wrapper that a signal would meet. Node strips the types;
 * the npm scripts have tsx do it, for older versions too (npm_scripts_start_the_program.test.ts).
 *
 * @param environment all the variables it gets, beside PATH and HOME: none of the person who runs the tests
 * @param program the folder of another version of the program, or of an installed one; default: the one that is tested
 */
export function startCommand(
  args: string[],
  environment: Record<string, string> = {},
  program: string = root,
): Running {
  const { PATH, HOME } = process.env
  const main = existsSync(join(program, "src")) ? "src/main.ts" : "dist/src/main.js"
  const child = spawn(process.execPath, [main, ...args], {
    cwd: program,
    env: { PATH, HOME, ...(program === root ? compileCache : {}), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  })
  const output = { stdout: "", stderr: "" }
  const waiting = new Set<() => void>()
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output.stdout += text
    for (const look of waiting) look()
  })
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output.stderr += text
    for (const look of waiting) look()
  })
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve))
  return {
    child,
    output,
    ended,
    printed: (pattern, stream = "stdout") =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = output[stream].match(pattern)
          if (match === null) return
          waiting.delete(look)
          resolve(match)
        }
        waiting.add(look)
        look()
        ended.then((code) =>
          reject(new Error(`ended with ${code} before ${pattern}\n${output.stdout}${output.stderr}`)),
        )
      }),
  }
}

/** Runs `sf-shadow ARGS` to its end. */
export async function runCommand(args: string[], environment: Record<string, string> = {}, program?: string) {
  const { ended, output } = startCommand(args, environment, program)
  const code = await ended
  return { code, ...output }
}
