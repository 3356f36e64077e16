import { mkdir, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { Environment } from "../base/config.ts"

/**
 * Writes the variables that reach the demo's database and org to a file for a shell, so that commands can be tried in
 * another terminal: `. .data/demo.sh`. Only its owner may read it; it goes with `stop`.
 */
export async function writeEnvironmentFile(
  folder: string,
  environment: Environment,
): Promise<{ path: string; stop(): Promise<void> }> {
  const path = join(folder, "demo.sh")
  const lines = Object.entries(environment)
    .filter(([name, value]) => /^(DATABASE_URL|SF_\w+)$/.test(name) && value !== undefined)
    .map(([name, value]) => `export ${name}='${(value as string).replaceAll("'", "'\\''")}'\n`)
  await mkdir(folder, { recursive: true })
  // Of an earlier demo, with whatever rights it has.
  await rm(path, { force: true })
  await writeFile(path, lines.join(""), { mode: 0o600 })
  return { path, stop: () => rm(path, { force: true }) }
}
