import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { extname, join } from "node:path"
import { sfShadow } from "../../base/sf_shadow.ts"

/** A file of the page as it is answered. */
export interface PageFile {
  headers: Record<string, string>
  body: string
}

const folder = join(import.meta.dirname, "browser")

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
}

/** Nothing but the page's own files, whatever a value on the page says. */
const policy = [
  "default-src 'none'",
  ...["script-src", "style-src", "img-src", "connect-src"].map((what) => `${what} 'self'`),
  ...["base-uri", "form-action", "frame-ancestors"].map((what) => `${what} 'none'`),
].join("; ")

/** Reads the files of browser/, by name, and a version that changes with any of them. */
export function readPageFiles(): { files: ReadonlyMap<string, PageFile>; version: string } {
  const hash = createHash("sha256")
  const files = new Map<string, PageFile>()
  const names = readdirSync(folder).filter((name) => extname(name) in types)
  for (const name of names.sort()) {
    const body = readFileSync(join(folder, name), "utf8").replaceAll("npm run sf-shadow --", sfShadow)
    hash.update(name).update(body)
    const headers = {
      "content-type": types[extname(name)] as string,
      "content-security-policy": policy,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cache-control": "no-cache",
    }
    files.set(name, { headers, body })
  }
  return { files, version: hash.digest("hex").slice(0, 12) }
}
