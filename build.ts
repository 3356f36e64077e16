// Builds the package in dist/: JavaScript by tsc, and in the same places beside it what the program reads as it runs.
import { execSync } from "node:child_process"
import { cpSync, rmSync } from "node:fs"
import { join } from "node:path"

const root = import.meta.dirname
const dist = join(root, "dist")
const read = ["sql", "crontab", "src/server/page/browser"]

rmSync(dist, { recursive: true, force: true })
// npm scripts have tsc on the PATH.
execSync("tsc --project tsconfig.build.json", { cwd: root, stdio: "inherit" })
for (const part of read) {
  cpSync(join(root, part), join(dist, part), {
    recursive: true,
    filter: (name) => !name.endsWith("tsconfig.json"),
  })
}
