import type { Mishap, Stage } from "./mishaps.ts"

/** Any request; logins; reads by Id and counts; bulk jobs; pages of their results. */
const paths = [/./, /oauth2/, /composite|query\?/, /jobs\/query/, /results/]
const statuses = [400, 401, 403, 420, 500, 502, 503] as const
/** Fields whose columns may be empty: without them the object is degraded and goes on. */
const optionalFields: readonly [object: string, field: string][] = [
  ["Product2", "VPN_Region__c"],
  ["Product2", "Description"],
  ["Account", "Internet_Eligibility__c"],
]

/** REST and Bulk refuse all calls for some seconds; logins and the bus go on. Doubts and holes last as long. */
function restDown({ simulator, random }: Stage): void {
  const fault = { path: /services\/data/, status: 503, times: Number.POSITIVE_INFINITY } as const
  const armed = simulator.org.faults.arm("http.status", fault)
  setTimeout(() => simulator.org.faults.disarm(armed), 1_000 + random.below(8_000)).unref()
}

const afterBytes = ({ random }: Stage) => random.below(3_000)

/** Requests are refused, answers break off, jobs fail, permissions are lost. */
export const httpFaults: readonly Mishap[] = [
  [
    4,
    "error status",
    ({ simulator, random }) => {
      const fault = { path: random.pick(paths), status: random.pick(statuses), times: 1 + random.below(2) }
      simulator.org.faults.arm("http.status", fault)
    },
  ],
  [2, "REST is down", restDown],
  [
    3,
    "gap events while REST is down",
    (stage) => {
      restDown(stage)
      stage.simulator.org.faults.arm("event.gap", { times: 1 + stage.random.below(4) })
    },
  ],
  [
    2,
    "position lost while REST is down",
    (stage) => {
      restDown(stage)
      stage.simulator.pubsub.log.purge()
    },
  ],
  [2, "tokens expire", ({ simulator }) => simulator.sessions.expireAll()],
  [
    2,
    "body cut",
    (stage) =>
      stage.simulator.org.faults.arm("http.cut", {
        path: stage.random.pick(paths),
        afterBytes: afterBytes(stage),
      }),
  ],
  [
    2,
    "body slow",
    (stage) => {
      const { simulator, random } = stage
      const pauseMs = random.pick([300, 3_000])
      simulator.org.faults.arm("http.slow", {
        path: random.pick(paths),
        afterBytes: afterBytes(stage),
        pauseMs,
      })
    },
  ],
  [
    4,
    "long query",
    ({ simulator, random }) => {
      const fault = { path: /composite/, ms: 1_000 + random.below(5_000), times: 1 + random.below(6) }
      simulator.org.faults.arm("http.long", fault)
    },
  ],
  [
    1,
    "HTML page",
    ({ simulator, random }) => simulator.org.faults.arm("http.html", { path: random.pick(paths) }),
  ],
  [
    2,
    "header missing",
    ({ simulator, random }) => {
      const header = random.pick(["sforce-locator", "sforce-numberofrecords", "date", "content-type"])
      simulator.org.faults.arm("http.missing-header", { path: random.pick(paths), header })
    },
  ],
  [
    1,
    "job fails",
    ({ simulator }) => simulator.org.faults.arm("bulk.fail", { errorMessage: "InternalServerError" }),
  ],
  [1, "job is aborted", ({ simulator }) => simulator.org.faults.arm("bulk.abort", {})],
  [
    1,
    "job hangs",
    ({ simulator, random }) => simulator.org.faults.arm("bulk.hang", { forMs: 500 + random.below(4_000) }),
  ],
  [1, "empty page without a header row", ({ simulator }) => simulator.org.faults.arm("bulk.empty-body", {})],
  [
    1,
    "field permission",
    ({ simulator, random, hiddenFields, unpublished }) => {
      if (random.chance(0.5)) return simulator.org.faults.disarm("field.permission")
      const [object, field] = random.pick(optionalFields)
      hiddenFields.set(object, new Set([...(hiddenFields.get(object) ?? []), field]))
      unpublished(
        object,
        simulator.org.faults.arm("field.permission", { object, field, times: Number.POSITIVE_INFINITY }),
      )
    },
  ],
]
