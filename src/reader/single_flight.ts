/** Runs one piece of work per key at a time; who asks meanwhile shares its end. */
export class SingleFlight {
  readonly #flights = new Map<string, Promise<unknown>>()

  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const running = this.#flights.get(key) as Promise<T> | undefined
    if (running) return running
    const flight = work().finally(() => this.#flights.delete(key))
    this.#flights.set(key, flight)
    return flight
  }
}
