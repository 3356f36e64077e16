import assert from "node:assert/strict"
import { test } from "node:test"
import { CircuitBreaker, CircuitOpenError } from "../../src/reader/circuit_breaker.ts"

function breaker(t: { mock: typeof import("node:test").mock }) {
  t.mock.timers.enable({ apis: ["setTimeout"] })
  const changes: string[] = []
  return {
    changes,
    circuit: new CircuitBreaker({ failures: 3, openMs: 1_000, onChange: (to) => changes.push(to) }),
  }
}

function fail(circuit: CircuitBreaker, times: number) {
  for (let time = 0; time < times; time++) {
    circuit.enter()
    circuit.failed()
  }
}

test("failures in a row open it, a success between them does not count them together", (t) => {
  const { circuit } = breaker(t)
  fail(circuit, 2)
  circuit.enter()
  circuit.succeeded()
  fail(circuit, 2)
  assert.equal(circuit.passes, true)
  fail(circuit, 1)
  assert.throws(() => circuit.enter(), CircuitOpenError)
})

test("after its time one trial passes: its success closes, its failure opens for as long again", (t) => {
  const { circuit, changes } = breaker(t)
  fail(circuit, 3)
  t.mock.timers.tick(999)
  assert.equal(circuit.passes, false)
  t.mock.timers.tick(1)
  circuit.enter()
  assert.throws(() => circuit.enter(), CircuitOpenError)
  circuit.failed()
  assert.equal(circuit.passes, false)
  t.mock.timers.tick(1_000)
  circuit.enter()
  circuit.succeeded()
  fail(circuit, 2)
  assert.equal(circuit.passes, true)
  assert.deepEqual(changes, ["open", "open", "closed"])
})

test("a trial that was not made leaves its place to another", (t) => {
  const { circuit } = breaker(t)
  fail(circuit, 3)
  t.mock.timers.tick(1_000)
  circuit.enter()
  circuit.abandoned()
  circuit.enter()
})

test("a call that began before it opened neither closes it nor prolongs it", (t) => {
  const { circuit } = breaker(t)
  for (let call = 0; call < 5; call++) circuit.enter()
  for (let call = 0; call < 3; call++) circuit.failed()
  t.mock.timers.tick(500)
  circuit.failed()
  circuit.succeeded()
  assert.equal(circuit.passes, false)
  t.mock.timers.tick(500)
  assert.equal(circuit.passes, true)
})

test("a stated wait opens it at once and for that long", (t) => {
  const { circuit } = breaker(t)
  circuit.enter()
  circuit.failed(60_000)
  t.mock.timers.tick(59_999)
  assert.equal(circuit.passes, false)
  t.mock.timers.tick(1)
  assert.equal(circuit.passes, true)
})
