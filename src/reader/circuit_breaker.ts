/** How a circuit breaker behaves. */
export interface CircuitBreakerOptions {
  /** Failures in a row that open it. */
  failures: number
  /** How long it stays open, ms, before one trial. */
  openMs: number
  /** Called when it opens, with how long for (ms), and when it closes. */
  onChange?: (state: "open" | "closed", openMs: number) => void
}

/** The circuit is open: nothing was called. */
export class CircuitOpenError extends Error {
  override readonly name = "CircuitOpenError"
  readonly code = "CIRCUIT_OPEN"
}

/**
 * Stops calls to something that fails. Closed: all pass; `failures` in a row open it. Open: none pass. After
 * `openMs` it is half-open: one passes, and its end closes or opens it again. Our own, because it is smaller than
 * the libraries that have one among many policies.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions
  #state: "closed" | "open" | "half-open" | "trial" = "closed"
  #failed = 0
  #timer: NodeJS.Timeout | undefined

  constructor(options: CircuitBreakerOptions) {
    this.#options = options
  }

  /** Whether a call would pass now. */
  get passes(): boolean {
    return this.#state === "closed" || this.#state === "half-open"
  }

  /** Announces a call, which must end with `succeeded`, `failed` or `abandoned`. @throws CircuitOpenError */
  enter(): void {
    if (!this.passes) throw new CircuitOpenError("not called for a while, after repeated failures")
    if (this.#state === "half-open") this.#state = "trial"
  }

  /** A call has worked. One that began before the circuit opened does not close it: the trial does. */
  succeeded(): void {
    if (this.#state === "open") return
    if (this.#state !== "closed") this.#options.onChange?.("closed", 0)
    this.#state = "closed"
    this.#failed = 0
  }

  /** A call has failed. @param openMs opens the circuit at once, for this long, ms */
  failed(openMs?: number): void {
    this.#failed += 1
    if (openMs === undefined && this.#state === "closed" && this.#failed < this.#options.failures) return
    if (this.#state === "open" && openMs === undefined) return
    this.#open(openMs ?? this.#options.openMs)
  }

  /** A call was not made after all: another one may be the trial. */
  abandoned(): void {
    if (this.#state === "trial") this.#state = "half-open"
  }

  #open(openMs: number): void {
    this.#state = "open"
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#state = "half-open"
    }, openMs)
    this.#timer.unref()
    this.#options.onChange?.("open", openMs)
  }
}
