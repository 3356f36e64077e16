import { Backoff } from "../base/backoff.ts"
import { SalesforceError } from "./errors.ts"
import type { Login } from "./login.ts"
import type { StaleLogin } from "./stale_login.ts"

/** Pauses between two logins that only look whether the org has moved. */
const lookFirstMs = 5_000
const lookLongestMs = 60_000

/** The login in use: made when first asked for, shared by all calls, and made anew where it does not hold any more. */
export class CurrentLogin {
  readonly #logIn: () => Promise<Login>
  readonly #backoff = new Backoff(lookFirstMs, lookLongestMs)
  #current: Login | undefined
  #loggingIn: Promise<Login> | undefined
  #nextLookAt = Number.NEGATIVE_INFINITY

  /** @param logIn makes a login and has it accepted; what it throws refuses the login */
  constructor(logIn: () => Promise<Login>) {
    this.#logIn = logIn
  }

  /** The login in use; logs in when there is none. */
  async get(): Promise<Login> {
    return this.#current ?? (await this.renew())
  }

  /** Logs in again; whoever asks while a login is under way shares it. */
  renew(): Promise<Login> {
    this.#loggingIn ??= this.#logIn()
      .then((login) => {
        this.#current = login
        return login
      })
      .finally(() => {
        this.#loggingIn = undefined
      })
    return this.#loggingIn
  }

  /**
   * What to go on with instead of a login that a call has found stale: one that another call has made meanwhile, or a
   * new one. Null where the org is still at the same instance, or was a moment ago: an instance that is only down does
   * not cost a login per call.
   *
   * @throws SalesforceError that refuses the new login; one that only failed changes nothing
   */
  async replace(used: Login, why: StaleLogin["why"]): Promise<Login | null> {
    const current = await this.get()
    if (why === "expired") return current.accessToken === used.accessToken ? this.renew() : current
    if (current.instanceUrl !== used.instanceUrl) return current
    const found = await this.#look()
    if (found === null || found.instanceUrl === used.instanceUrl) return null
    this.#backoff.reset()
    this.#nextLookAt = Number.NEGATIVE_INFINITY
    return found
  }

  async #look(): Promise<Login | null> {
    if (this.#loggingIn === undefined) {
      const now = performance.now()
      if (now < this.#nextLookAt) return null
      if (now - this.#nextLookAt > lookLongestMs) this.#backoff.reset()
      this.#nextLookAt = now + this.#backoff.nextMs()
    }
    try {
      return await this.renew()
    } catch (error) {
      if (error instanceof SalesforceError && error.retryable) return null
      throw error
    }
  }
}
