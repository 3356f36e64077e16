/** What /metrics showed at one time. */
export class Scrape {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  /** Asks a service's /metrics. */
  static async of(httpUrl: string): Promise<Scrape> {
    const answer = await fetch(`${httpUrl}/metrics`)
    if (answer.status !== 200) throw new Error(`/metrics: ${answer.status} ${await answer.text()}`)
    return new Scrape(await answer.text())
  }

  /** The sum of a metric's samples that have all of these labels; undefined when there is none. */
  value(name: string, labels: Record<string, string> = {}): number | undefined {
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
    const values = this.text.split("\n").flatMap((line) => {
      const [, sample, shown = "", value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
      return sample === name && wanted.every((label) => shown.includes(label)) ? [Number(value)] : []
    })
    return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) : undefined
  }
}
