/** Prints a command's result on stdout: as JSON alone for scripts, else as lines for people. */
export function printResult(json: boolean | undefined, result: unknown, text: string): void {
  process.stdout.write(`${json ? JSON.stringify(result, null, 2) : text}\n`)
}
