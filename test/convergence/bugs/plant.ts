import { readdir, readFile } from "node:fs/promises"
import { basename, join } from "node:path"
import type { HistoryDatabase } from "../database.ts"
import { withVirtualTime } from "../virtual_time.ts"
import type { DriverBugs } from "../world.ts"

const folder = join(import.meta.dirname, "../../../sql/current")

/** A replacement in the source of a function or view; its text has to be there, so that no bug rots silently. */
export interface Replacement {
  /** A file of sql/current, without its room. */
  of: string
  text: string
  by: string
}

/** A mistake that one of the rules of docs/rules.md is there to prevent. */
export interface PlantedBug {
  name: string
  rule: string
  sql?: Replacement[]
  driver?: DriverBugs
}

/**
 * Plants a bug into the database's functions, from their sources in sql/current. Returns how to take it out again.
 *
 * @throws Error where a text to be replaced is not there exactly once, so that the list has to be mended
 */
export async function plant({ client }: HistoryDatabase, bug: PlantedBug): Promise<() => Promise<void>> {
  const originals = new Map<string, string>()
  const changed = new Map<string, string>()
  for (const { of: name, text, by } of bug.sql ?? []) {
    const original = originals.get(name) ?? (await sourceOf(name))
    originals.set(name, original)
    const source = changed.get(name) ?? original
    if (source.split(text).length !== 2) {
      throw new Error(`${name} does not contain exactly once what "${bug.name}" replaces: ${text}`)
    }
    changed.set(
      name,
      source.replace(text, () => by),
    )
  }
  const apply = async (sources: Iterable<string>) => {
    for (const source of sources) await client.query(withVirtualTime(source))
    // What was compiled by the functions before is compiled anew.
    await client.query("delete from sf_shadow.object_mapping")
  }
  await apply(changed.values())
  return () => apply(originals.values())
}

async function sourceOf(name: string): Promise<string> {
  const files = await readdir(folder, { recursive: true })
  const file = files.find((entry) => basename(entry) === `${name}.sql`)
  if (file === undefined) throw new Error(`sql/current has no file for ${name}`)
  return readFile(join(folder, file), "utf8")
}
