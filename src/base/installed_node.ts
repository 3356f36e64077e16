import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"

/**
 * Where the Node at hand is too old: runs the program by the one that npm has installed beside it (the optional package
 * node), passes signals on, and ends as it ends. Returns only where there is none.
 */
export async function runByInstalledNode(program: string): Promise<void> {
  const node = installedNode()
  if (node === undefined) return
  const child = spawn(node, [program, ...process.argv.slice(2)], { stdio: "inherit" })
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal))
  const [code] = (await once(child, "exit")) as [number | null]
  process.exit(code ?? 1)
}

function installedNode(): string | undefined {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve("node/package.json"))
    return ["node", "node.exe"].map((name) => join(folder, "bin", name)).find((path) => existsSync(path))
  } catch {
    return undefined
  }
}
