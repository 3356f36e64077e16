/** One line of /readyz. */
export interface Check {
  ok: boolean
  /** False: shown, but does not make the process unready (Salesforce being down). */
  required: boolean
  /** For people: what is wrong, or what was found. */
  message: string
}

/** A named question about this process; it answers or throws, and is given up after 2 s. */
export interface Probe {
  name: string
  required: boolean
  /** Resolves with what was found when all is well; throws an error whose message says what is wrong. */
  ask(): Promise<string>
}

export interface Readiness {
  ready: boolean
  checks: Record<string, Check>
}

/** A probe without an answer by then has failed: an orchestrator waits only seconds for /readyz. */
const timeoutMs = 2_000

/** Asks all probes at once. Ready when every required one is well. */
export async function readiness(probes: readonly Probe[]): Promise<Readiness> {
  const entries = await Promise.all(
    probes.map(async (probe): Promise<[string, Check]> => {
      try {
        return [probe.name, { ok: true, required: probe.required, message: await answer(probe) }]
      } catch (error) {
        return [probe.name, { ok: false, required: probe.required, message: (error as Error).message }]
      }
    }),
  )
  return {
    ready: entries.every(([, check]) => check.ok || !check.required),
    checks: Object.fromEntries(entries),
  }
}

async function answer(probe: Probe): Promise<string> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs)
  })
  try {
    return await Promise.race([probe.ask(), late])
  } finally {
    clearTimeout(timer)
  }
}
