import { isBudgetStop } from "../salesforce/budget_stop.ts"
import { SalesforceError } from "../salesforce/errors.ts"
import type { CircuitBreaker } from "./circuit_breaker.ts"

/** What stands between readers and Salesforce. */
export interface GateOptions {
  breaker: CircuitBreaker
  /** @throws while the API budget has no room for a reader's question */
  assertBudget: () => Promise<void>
  /** How long a reader waits for Salesforce, ms, the wait for its turn included. */
  timeoutMs: number
  /** Questions under way at once. Also the most that can fail together before the breaker knows. */
  concurrency: number
  /**
   * How long a refusal for want of a daily limit keeps the breaker open where Salesforce does not say, ms: until one
   * question tries again. Whether the limit is used up is known from the usage that every answer states.
   */
  limitPauseMs: number
}

/** Salesforce was too slow for a reader. */
class SalesforceSlowError extends Error {
  override readonly name = "SalesforceSlowError"
  readonly code = "SALESFORCE_SLOW"
}

/** Lets a bounded number of questions through to Salesforce, within the budget, each for a bounded time. */
export class Gate {
  readonly #options: GateOptions
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(options: GateOptions) {
    this.#options = options
  }

  /**
   * Asks one question, of one call or a few.
   *
   * @throws CircuitOpenError, SalesforceSlowError, or what the budget or the call threw
   */
  async ask<T>(question: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { breaker, assertBudget, timeoutMs } = this.#options
    if (!breaker.passes) breaker.enter()
    const signal = AbortSignal.timeout(timeoutMs)
    const slow = timedOut(signal, timeoutMs)
    await this.#turn(slow)
    try {
      breaker.enter()
      try {
        await Promise.race([assertBudget(), slow])
      } catch (error) {
        breaker.abandoned()
        throw error
      }
      return await this.#call(Promise.race([question(signal), slow]))
    } finally {
      this.#endTurn()
    }
  }

  #endTurn(): void {
    this.#running -= 1
    this.#waiting.shift()?.()
  }

  async #call<T>(answer: Promise<T>): Promise<T> {
    const { breaker, limitPauseMs } = this.#options
    try {
      const found = await answer
      breaker.succeeded()
      return found
    } catch (error) {
      const wait = error instanceof SalesforceError ? error.retryAfterMs : null
      if (isBudgetStop(error)) breaker.failed(wait ?? limitPauseMs)
      else breaker.failed(wait ?? undefined)
      throw error
    }
  }

  async #turn(slow: Promise<never>): Promise<void> {
    if (this.#running < this.#options.concurrency) {
      this.#running += 1
      return
    }
    let goOn = () => {}
    const turn = new Promise<void>((resolve) => {
      goOn = () => {
        this.#running += 1
        resolve()
      }
    })
    this.#waiting.push(goOn)
    try {
      await Promise.race([turn, slow])
    } catch (error) {
      const place = this.#waiting.indexOf(goOn)
      if (place >= 0) this.#waiting.splice(place, 1)
      // Its turn came in the same moment: it goes to the next.
      else this.#endTurn()
      throw error
    }
  }
}

/** Rejects when the time is over; never resolves. */
function timedOut(signal: AbortSignal, timeoutMs: number): Promise<never> {
  const slow = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () =>
      reject(new SalesforceSlowError(`Salesforce did not answer within ${timeoutMs} ms`)),
    )
  })
  // Whoever no longer races must not turn the late rejection into a crash.
  slow.catch(() => {})
  return slow
}
