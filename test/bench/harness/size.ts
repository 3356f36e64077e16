/** How large a benchmark is: a share of its full counts, and a length of time of its own. */
export interface Size {
  name: SizeName
  /** A count of records or events at this size. @param full at `full`; @param least where fewer would say nothing */
  of(full: number, least?: number): number
  /** What does not grow by the share: seconds, mostly. */
  pick<T>(bySize: Readonly<Record<SizeName, T>>): T
}

/** `small` shows in under a minute that all of it runs; `default` takes some minutes; `full` takes hours. */
const shares = { small: 0.003, default: 0.1, full: 1 } as const
export type SizeName = keyof typeof shares
export const sizeNames = Object.keys(shares) as SizeName[]

export function sizeNamed(name: SizeName): Size {
  return {
    name,
    of: (full, least = 1) => Math.max(Math.round(full * shares[name]), least),
    pick: (bySize) => bySize[name],
  }
}
