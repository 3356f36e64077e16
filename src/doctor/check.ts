/** One question of `doctor`. */
export interface Check {
  /** Unique; what other checks name in `needs`. */
  name: string
  /** Checks without whose success this one cannot be asked. */
  needs?: readonly string[]
  /** Resolves with what was found. Throws NotConfigured, or an error whose message says what is wrong and what to do. */
  ask(): Promise<string>
}

/** A line of `doctor`. */
export interface Finding {
  check: string
  state: "ok" | "failed" | "skipped"
  /** What was found, or what is wrong and what to do, or why it was not asked. */
  detail: string
}

/** What the check is about is not in use here; no fault. */
export class NotConfigured extends Error {
  override readonly name = "NotConfigured"
}

/**
 * Asks the checks one after another, in their order: each may use what those before it have found.
 *
 * @param onFinding is told of each as soon as it is known
 */
export async function runChecks(
  checks: readonly Check[],
  onFinding: (finding: Finding) => void,
  signal: AbortSignal,
): Promise<Finding[]> {
  const findings = new Map<string, Finding>()
  for (const check of checks) {
    signal.throwIfAborted()
    const unmet = check.needs?.find((name) => findings.get(name)?.state !== "ok")
    const finding: Finding =
      unmet === undefined
        ? await ask(check)
        : { check: check.name, state: "skipped", detail: `it needs ${unmet}, see above` }
    findings.set(check.name, finding)
    onFinding(finding)
  }
  return [...findings.values()]
}

async function ask({ name, ask }: Check): Promise<Finding> {
  try {
    return { check: name, state: "ok", detail: await ask() }
  } catch (error) {
    const state = error instanceof NotConfigured ? "skipped" : "failed"
    return { check: name, state, detail: (error as Error).message }
  }
}
