const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 })

/**
 * A count for people, with thousands separated.
 * @param {number | null | undefined} value
 */
export function count(value) {
  return value === null || value === undefined ? "–" : whole.format(value)
}

/**
 * A length of time in its two largest units: 8 s, 4 min, 3 h 20 min, 2 d 5 h.
 * @param {number} seconds
 */
export function duration(seconds) {
  const s = Math.max(0, Math.floor(seconds))
  if (s < 100) return `${s} s`
  const minutes = Math.floor(s / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  const days = Math.floor(hours / 24)
  return hours % 24 === 0 || days > 9 ? `${days} d` : `${days} d ${hours % 24} h`
}

/**
 * Hours, minutes and seconds on the reader's clock, with the date when it is another day.
 * @param {number} at milliseconds since 1970
 */
export function clock(at) {
  const time = new Date(at)
  const isToday = time.toDateString() === new Date().toDateString()
  const date = isToday ? "" : `${time.toLocaleDateString("sv")} `
  return `${date}${time.toLocaleTimeString("en-GB")}`
}

/**
 * A moment for logs and colleagues elsewhere.
 * @param {number} at milliseconds since 1970
 */
export function utc(at) {
  return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`
}
