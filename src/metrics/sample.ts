import type { Sample, ViewGauge } from "./database.ts"

/** A gauge with one sample per row: the row's columns named by `labels`, and one number. */
export function gauge<R extends object>(
  name: string,
  help: string,
  labels: readonly (keyof R & string)[],
  value: (row: R) => number | null,
): ViewGauge<R> {
  return { name, help, labels, samples: (row) => [[labelsOf(row, labels), value(row)]] }
}

/** A gauge with a sample for each of `states`: 1 for the row's present one, 0 for the others. */
export function stateGauge<R extends { state: string }>(
  name: string,
  help: string,
  labels: readonly (keyof R & string)[],
  states: readonly string[],
): ViewGauge<R> {
  return {
    name,
    help,
    labels: [...labels, "state"],
    samples: (row) =>
      states.map((state): Sample => [{ ...labelsOf(row, labels), state }, row.state === state ? 1 : 0]),
  }
}

function labelsOf<R extends object>(row: R, labels: readonly (keyof R & string)[]): Record<string, string> {
  return Object.fromEntries(labels.map((label) => [label, String(row[label] ?? "")]))
}
