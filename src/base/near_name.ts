/** The one of the known names that somebody may have meant by another, if any is near enough. */
export function nearName(name: string, known: readonly string[]): string | undefined {
  const wanted = name.toLowerCase()
  const [nearest] = known
    .map((one) => ({ one, distance: distanceOf(wanted, one.toLowerCase()) }))
    .filter(({ distance }) => distance <= Math.max(1, Math.floor(wanted.length / 3)))
    .sort((a, b) => a.distance - b.distance)
  return nearest?.one
}

/** How many characters have to be added, removed, changed, or exchanged with the next one. */
function distanceOf(a: string, b: string): number {
  let older: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1]
      const isExchanged = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      next[j] = Math.min(
        (row[j] as number) + 1,
        (next[j - 1] as number) + 1,
        (row[j - 1] as number) + (isSame ? 0 : 1),
        isExchanged ? (older[j - 2] as number) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    older = row
    row = next
  }
  return row[b.length] as number
}
