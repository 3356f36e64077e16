import assert from "node:assert/strict"
import { describe, it } from "node:test"
import fc from "fast-check"
import { readClock, SalesforceClock } from "../../src/salesforce/clock.ts"

describe("Salesforce's clock", () => {
  it("reads a Date header as read_from and read_to of the request", () => {
    // The request took 3 s; the answer was made at some moment of it, in the second 10:00:05.
    const reading = readClock("Mon, 23 Nov 2026 10:00:05 GMT", 50_000, 53_000)
    // 2 ms of it are for a local clock that runs too fast or too slow by 500 ppm.
    assert.equal(reading?.earliest(50_000).toISOString(), "2026-11-23T10:00:00.998Z")
    assert.equal(reading?.latest(53_000).toISOString(), "2026-11-23T10:00:09.000Z")
  })

  it("holds true time between its bounds, however skewed, slow or coarse the answers are", () => {
    const ms = (max: number) => fc.double({ min: 0, max, noNaN: true })
    fc.assert(
      fc.property(
        fc.integer({ min: -1e10, max: 1e10 }), // Salesforce's clock less the local one
        fc.array(fc.record({ pause: ms(1e6), before: ms(30_000), after: ms(30_000) }), { minLength: 1 }),
        ms(1e6),
        (skew, requests, rest) => {
          const clock = new SalesforceClock()
          const epoch = Date.UTC(2026, 10, 23) + skew
          let now = 0
          for (const { pause, before, after } of requests) {
            const startedAt = now + pause
            const madeAt = startedAt + before
            now = madeAt + after
            const header = new Date(epoch + madeAt).toUTCString()
            clock.observe(header, startedAt, now)
            const reading = readClock(header, startedAt, now)
            assert.ok(reading)
            for (const at of [startedAt, madeAt, now, now + rest]) {
              assert.ok(reading.earliest(at).getTime() <= epoch + at)
              assert.ok(reading.latest(at).getTime() >= epoch + at)
            }
          }
        },
      ),
    )
  })

  it("tells the time of now from the newest answer, whatever the local wall clock says", () => {
    const clock = new SalesforceClock()
    const ahead = 3_600_000
    const at = performance.now()
    clock.observe("Mon, 23 Nov 2020 10:00:05 GMT", at, at)
    clock.observe(new Date(Date.now() + ahead).toUTCString(), at, at)
    const local = Date.now() + ahead
    assert.ok(clock.earliest().getTime() <= local && clock.earliest().getTime() > local - 2_500)
    assert.ok(clock.latest().getTime() >= local - 5 && clock.latest().getTime() < local + 1_500)
  })

  it("estimates by the local clock only where that can be right", () => {
    const clock = new SalesforceClock()
    assert.ok(Math.abs(clock.estimate().getTime() - Date.now()) < 1_000)
    for (const aheadMs of [3_600_000, -3_600_000, 0]) {
      const at = performance.now()
      clock.observe(new Date(Date.now() + aheadMs).toUTCString(), at, at)
      const off = clock.estimate().getTime() - (Date.now() + aheadMs)
      assert.ok(Math.abs(off) <= (aheadMs === 0 ? 50 : 2_050), `${off} ms off`)
    }
  })

  it("keeps what it knew when an answer has no usable date, and refuses to guess before the first", () => {
    const clock = new SalesforceClock()
    assert.throws(() => clock.earliest(), /not known yet/)
    clock.observe("yesterday-ish", 0, 1)
    assert.throws(() => clock.latest(), /not known yet/)
    clock.observe("Mon, 23 Nov 2026 10:00:05 GMT", performance.now(), performance.now())
    clock.observe(undefined, 0, 1)
    assert.equal(clock.latest().toISOString().slice(0, 10), "2026-11-23")
  })
})
