import { randomBytes } from "node:crypto"

/** The access tokens of one org. A token works until it expires, or is revoked. */
export class Sessions {
  readonly #orgId: string
  readonly #lifetimeMs: number
  readonly #now: () => number
  readonly #expiries = new Map<string, number>()

  constructor(orgId: string, lifetimeMs: number, now: () => number) {
    this.#orgId = orgId
    this.#lifetimeMs = lifetimeMs
    this.#now = now
  }

  /** A new access token, in Salesforce's form `<15-character organization id>!<secret>`. */
  issue(): string {
    const token = `${this.#orgId.slice(0, 15)}!AQ${randomBytes(60).toString("base64url")}`
    this.#expiries.set(token, this.#now() + this.#lifetimeMs)
    return token
  }

  isValid(token: string): boolean {
    return (this.#expiries.get(token) ?? 0) > this.#now()
  }

  /** Ends one token; unknown ones are ignored. */
  revoke(token: string): void {
    this.#expiries.delete(token)
  }

  /** Ends every token, as a session timeout or an administrator does. */
  expireAll(): void {
    this.#expiries.clear()
  }
}
