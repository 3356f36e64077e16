import { type ObjectName, objectNames } from "./model/objects.ts"
import type { Random } from "./model/random.ts"
import type { Observation } from "./observation.ts"
import type { RunKind } from "./service/load.ts"
import type { Service } from "./service/service.ts"
import type { World } from "./world.ts"

/** After so many rounds without an end, what is left will stay. */
const mostRounds = 25

/**
 * Lets the service do what its jobs would do, until there is nothing to do: all events delivered and folded,
 * runs ended, holes closed, no record in doubt. What nothing told of is found by a load begun after it.
 *
 * @throws Error where it does not settle
 */
export async function drain(world: World, service: Service, random: Random): Promise<void> {
  world.isWatched = false
  let observation = await world.observe()
  let isNightDone = false
  let isSettled = false
  for (let round = 0; round < mostRounds; round++) {
    world.now += random.between(3_000, 8_000)
    await followStreams(service, round === 0, random)
    await endRuns(world, service, random)
    for (const object of objectNames) {
      if (round === 0 || observation[object].dirty.size > 0) await reread(world, service, object, random)
    }
    observation = await world.observe()
    const wanted = objectNames.flatMap((object) => wantedRuns(world, observation, object))
    if (wanted.length === 0 && isQuiet(world, service, observation)) {
      isSettled = isNightDone || !needsNight(world, observation)
      if (isSettled) break
      isNightDone = true
      world.now += 30_000
      world.say("the night: rejects are tried again")
      await world.transaction(false, ["select sf_shadow.retry_rejects()"])
    }
    for (const { object, kind } of wanted) await service.loads.start(object, kind)
  }
  world.isWatched = true
  if (!isSettled) throw unsettled(observation)
}

/** A quiet while between two changes: what waits is delivered and folded, and records in doubt are read again. */
export async function catchUp(world: World, service: Service, random: Random): Promise<void> {
  await followStreams(service, true, random)
  world.now += random.between(11_000, 15_000)
  for (const object of objectNames) await reread(world, service, object, random)
}

function unsettled(observation: Observation): Error {
  const left = objectNames.map((name) => {
    const { dirty, hasHole, isLoaded, rejected } = observation[name]
    return `${name}: in doubt ${[...dirty]}, hole ${hasHole}, loaded ${isLoaded}, rejected ${JSON.stringify([...rejected])}`
  })
  return new Error(`it does not settle: ${left.join("; ")}`)
}

/** `first`: a keepalive says that nothing more is there, and what was stored before is folded as well. */
async function followStreams(service: Service, first: boolean, random: Random): Promise<void> {
  for (const stream of service.streams) {
    if (!first && stream.waiting === 0) continue
    while (stream.waiting > 0) await stream.deliver(random.between(1, 20), false, random)
    await stream.deliver(1, false, random)
    while ((await stream.fold(random.between(1, 20), false)) > 0);
  }
}

async function endRuns(world: World, service: Service, random: Random): Promise<void> {
  for (let run = service.loads.active[0]; run !== undefined; run = service.loads.active[0]) {
    if (run.state === "waiting") world.now += random.between(0, 2_000)
    await service.loads.advance(run, false, random)
  }
}

async function reread(world: World, service: Service, object: ObjectName, random: Random): Promise<void> {
  do {
    world.now += random.between(0, 500)
    await service.rereads.advance(object, false, random)
  } while (service.rereads.isUnderWay(object))
}

/** The loads that the service's own jobs ask for, and those that an unpublished change can only be found by. */
function wantedRuns(
  world: World,
  observation: Observation,
  object: ObjectName,
): { object: ObjectName; kind: RunKind }[] {
  const { hasHole, isLoaded, provenAsOf, loadedAsOf } = observation[object]
  const { silentExistenceAt, silentUpdateAt } = world.org
  if (!isLoaded || (silentUpdateAt !== null && (loadedAsOf ?? 0) <= silentUpdateAt))
    return [{ object, kind: "full" }]
  if (hasHole)
    return [
      { object, kind: "delta" },
      { object, kind: "ids" },
    ]
  if (silentExistenceAt !== null && (provenAsOf ?? 0) <= silentExistenceAt) return [{ object, kind: "ids" }]
  return []
}

/** A record that is a reject may have changed or gone without a trace: the nightly retry finds that. */
function needsNight({ org }: World, observation: Observation): boolean {
  const isSilent = org.silentExistenceAt !== null || org.silentUpdateAt !== null
  return isSilent && objectNames.some((name) => observation[name].rejected.size > 0)
}

function isQuiet(world: World, service: Service, observation: Observation): boolean {
  const isDelivered = service.streams.every(({ waiting }) => waiting === 0)
  const isPublished = [...world.org.buses.values()].every(
    (bus) => bus.endAt(world.now) === bus.entries.length,
  )
  return isDelivered && isPublished && objectNames.every((name) => observation[name].dirty.size === 0)
}
