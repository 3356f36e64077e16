/**
 * Everything that can be made to go wrong, by name. The HTTP and org faults stand here; the Pub/Sub
 * ones are added to this interface by `pubsub/` (`declare module "../faults.ts" { interface FaultKinds }`).
 * `path` is tested against the request's URL, query string included.
 */
export interface FaultKinds {
  /** Answer with an error status and the body Salesforce sends with it; `body` replaces that body. */
  "http.status": { path?: RegExp; status: 400 | 401 | 403 | 404 | 420 | 500 | 502 | 503; body?: string }
  /** Close the socket after so many bytes of the (possibly compressed) body. */
  "http.cut": { path?: RegExp; afterBytes: number }
  /** Send so many bytes of the body, then nothing for so many milliseconds, then go on. */
  "http.slow": { path?: RegExp; afterBytes: number; pauseMs: number }
  /** A long query: it reads at once, and the answer with its Date header is made so many milliseconds later. */
  "http.long": { path?: RegExp; ms: number }
  /** An HTML page with status 200 where CSV or JSON was due, as proxies and maintenance pages do. */
  "http.html": { path?: RegExp }
  /** Leave a response header out, such as `sforce-locator`. */
  "http.missing-header": { path?: RegExp; header: string }
  /** A query job ends Failed with this message. */
  "bulk.fail": { object?: string; errorMessage: string }
  /** A query job stays InProgress: for so many milliseconds beyond its time, for ever where none are given. */
  "bulk.hang": { object?: string; forMs?: number }
  /** A query job is aborted by somebody else while it runs. */
  "bulk.abort": { object?: string }
  /** A result page of no rows is an empty body, without even a header row: not documented either way. */
  "bulk.empty-body": { object?: string }
  /**
   * The integration user lost read permission: no describe, query or event shows the field. A compound
   * ("BillingAddress") takes its subfields with it, as field permissions do in Salesforce.
   */
  "field.permission": { object: string; field: string }
  /** The integration user lost sight of records: no query shows those for which `hides` is true. */
  "rows.hidden": { object: string; hides: (id: string) => boolean }
  /** The change is never published. */
  "event.suppressed": { object?: string }
  /** The change is published as a GAP event: header only. */
  "event.gap": { object?: string }
  /** The transaction's changes to the object become one GAP_OVERFLOW event. */
  "event.overflow": { object?: string }
}

/** How often a fault strikes before it is spent; `Infinity` until it is disarmed. */
export interface FaultCount {
  times?: number
}

/** A fault that was armed: its settings, and how often it has struck. */
export interface ArmedFault<Name extends keyof FaultKinds = keyof FaultKinds> {
  readonly name: Name
  readonly settings: FaultKinds[Name]
  remaining: number
  struck: number
}

/** The faults of one org, armed and disarmed by name by whoever drives the simulator. */
export class Faults {
  readonly #armed = new Set<ArmedFault>()

  /** Arms a fault. `times` defaults to 1; conditions such as "field.permission" want `Infinity`. */
  arm<Name extends keyof FaultKinds>(name: Name, settings: FaultKinds[Name] & FaultCount): ArmedFault<Name> {
    const fault = { name, settings, remaining: settings.times ?? 1, struck: 0 }
    this.#armed.add(fault as unknown as ArmedFault)
    return fault
  }

  /** Takes one armed fault of that name back, or all of that name, or (no argument) every fault. */
  disarm(which?: ArmedFault | keyof FaultKinds): void {
    for (const fault of this.#armed) {
      if (which === undefined || which === fault || which === fault.name) this.#armed.delete(fault)
    }
  }

  /** The first armed fault of that name that `applies`, using it up by one; undefined when none does. */
  strike<Name extends keyof FaultKinds>(
    name: Name,
    applies: (settings: FaultKinds[Name]) => boolean,
  ): ArmedFault<Name> | undefined {
    for (const fault of this.active(name)) {
      if (!applies(fault.settings)) continue
      fault.struck++
      fault.remaining--
      if (fault.remaining <= 0) this.#armed.delete(fault as unknown as ArmedFault)
      return fault
    }
    return undefined
  }

  /** The armed faults of that name, without using them up: for conditions that hold while armed. */
  active<Name extends keyof FaultKinds>(name: Name): ArmedFault<Name>[] {
    const found: ArmedFault<Name>[] = []
    for (const fault of this.#armed) {
      if (fault.name === name) found.push(fault as unknown as ArmedFault<Name>)
    }
    return found
  }
}
