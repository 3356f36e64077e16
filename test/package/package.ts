import { execFile } from "node:child_process"
import { glob, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { promisify } from "node:util"

const run = promisify(execFile)

export const root = join(import.meta.dirname, "../..")

/** What npm tells of a tarball that it made. */
export interface Tarball {
  filename: string
  files: { path: string; mode: number }[]
}

/** Runs npm with the Node of this process, in `cwd`. @returns what it wrote to stdout */
export async function npm(cwd: string, ...args: string[]): Promise<string> {
  const { stdout } = await run("npm", args, { cwd, env: npmEnvironment(), maxBuffer: 1e8 })
  return stdout
}

/** Packs the package in `folder`. @param into the folder that the tarball is put into */
export async function pack(folder: string, into: string): Promise<Tarball> {
  const [tarball] = JSON.parse(await npm(folder, "pack", "--json", "--pack-destination", into)) as Tarball[]
  if (tarball === undefined) throw new Error(`npm pack says nothing of ${folder}`)
  return tarball
}

/** The environment of this process, with its Node first on the PATH and without what npm tells its scripts: that would count as options. */
export function npmEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD$)/i.test(name))
  const path = [dirname(process.execPath), process.env.PATH].join(delimiter)
  return { ...Object.fromEntries(own), PATH: path }
}

/** The files under `root` that match, as paths with slashes, sorted. */
export async function filesOf(...patterns: string[]): Promise<string[]> {
  const files: string[] = []
  for await (const entry of glob(patterns, { cwd: root, withFileTypes: true }))
    if (entry.isFile())
      files.push(
        join(entry.parentPath, entry.name)
          .slice(root.length + 1)
          .replaceAll("\\", "/"),
      )
  return files.sort()
}

/** An empty folder that looks like nobody's project; removed by `cleanUp`. */
export async function emptyFolder(cleanUp: { after(work: () => Promise<unknown>): void }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sf-shadow-package-"))
  cleanUp.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}
