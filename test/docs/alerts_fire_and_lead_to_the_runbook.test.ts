import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { test } from "node:test"
import { withoutPrometheus } from "../harness/prometheus.ts"

const root = join(import.meta.dirname, "../..")
const rulesFile = join(root, "docs/alerts.yml")
const casesFile = join(import.meta.dirname, "./alerts.test.yml")
const runbook = join(root, "docs/runbook.md")

function promtool(...args: string[]): string {
  return execFileSync("promtool", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })
}

/** Each alert with the runbook entry it links to. */
async function alerts(): Promise<{ alert: string; link: string | undefined }[]> {
  const text = await readFile(rulesFile, "utf8")
  return text
    .split(/^ {6}- alert: /m)
    .slice(1)
    .map((rule) => ({
      alert: rule.slice(0, rule.indexOf("\n")),
      link: /^ {10}runbook: (\S+)$/m.exec(rule)?.[1],
    }))
}

test("Prometheus takes the rules as they are", { skip: withoutPrometheus }, () => {
  assert.match(promtool("check", "rules", rulesFile), /SUCCESS: \d+ rules found/)
})

test("each alert fires on what it is for, and alone; none while all is well", {
  skip: withoutPrometheus,
}, () => {
  promtool("test", "rules", casesFile)
})

test("an alert that would never fire is noticed", { skip: withoutPrometheus }, async () => {
  const cases = await readFile(casesFile, "utf8")
  for (const { alert } of await alerts())
    assert.ok(cases.includes(`"${alert}"`), `${alert} has no case in alerts.test.yml`)
})

/** The anchor that GitHub gives a heading. */
function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, "")
    .replaceAll(" ", "-")
}

test("each alert links to an entry of the runbook", async () => {
  const all = await alerts()
  assert.ok(all.length > 15)
  for (const { alert, link } of all) assert.match(link ?? "", /^docs\/runbook\.md#[a-z-]+$/, alert)
  const text = await readFile(runbook, "utf8")
  const anchors = new Set([...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading as string)))
  for (const { alert, link } of all) {
    const anchor = link?.split("#")[1] as string
    assert.ok(anchors.has(anchor), `${alert} links to ${link}, which docs/runbook.md has not`)
  }
})
