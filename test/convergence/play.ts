import type { HistoryDatabase } from "./database.ts"
import { catchUp, drain } from "./drain.ts"
import type { History, Step } from "./history.ts"
import type { Change, Publication } from "./model/change.ts"
import { weightedNames } from "./model/objects.ts"
import { Org } from "./model/org.ts"
import { Random } from "./model/random.ts"
import { latest, type ModelRecord } from "./model/record.ts"
import { anyLive, passSkusOn, seedRecords, transactionOf, updateOf } from "./model/transactions.ts"
import { differences } from "./oracle_equality.ts"
import { staleClaims, untrueClaims } from "./oracle_freshness.ts"
import { Service } from "./service/service.ts"
import { type DriverBugs, marginMs, publishDelayMs, World } from "./world.ts"

/** A history that ended wrong: what was wrong, and all that had happened. */
class BrokenPromise extends Error {
  override name = "BrokenPromise"

  constructor(problems: readonly string[], trace: readonly string[]) {
    super(`${problems.join("\n")}\n\n${trace.join("\n")}`)
  }
}

/**
 * Plays a history against the SQL functions, to its end and until everything has settled.
 *
 * @throws BrokenPromise where the shadow claimed what was untrue, did not settle, or is not equal to the org
 */
export async function play(
  history: History,
  database: HistoryDatabase,
  bugs: DriverBugs = {},
): Promise<void> {
  const { deltaOverlapMs, clockMeasured, localErrorMs, isFiltered } = history
  const number = await database.reset({
    marginMs: bugs.marginMs ?? marginMs,
    publishDelayMs,
    deltaOverlapMs,
    isFiltered,
    // As the Date header of an answer tells it.
    aheadMs: clockMeasured ? [-localErrorMs - 2_000, -localErrorMs + 1_000] : [0, 0],
  })
  const org = new Org(history.org, `history-${number}`)
  const world = new World(org, database, bugs, history)
  const service = new Service(world)
  const random = new Random(history.seed)
  try {
    await begin(world, service, history)
    for (const step of history.steps) {
      world.now += step.waitMs
      await take(step, world, service)
      const { observation } = world
      if (observation === null) continue
      world.observation = null
      const untrue = [...untrueClaims(world, observation), ...(await database.historyFaults())]
      if (untrue.length > 0) throw new BrokenPromise(untrue, world.trace)
    }
    world.say("no more faults")
    await drain(world, service, random)
    // A last keepalive, so that everything is claimed that can be.
    for (const stream of service.streams) await stream.deliver(1, false, random)
    const settled = await world.observe()
    const wrong = [
      ...differences(world, settled),
      ...untrueClaims(world, settled),
      ...staleClaims(world, settled),
      ...(await database.historyFaults()),
    ]
    if (wrong.length > 0) throw new BrokenPromise(wrong, world.trace)
  } catch (error) {
    if (error instanceof BrokenPromise) throw error
    throw new BrokenPromise([(error as Error).stack ?? String(error)], world.trace)
  }
}

/** The org's first records, the same in every history; loaded before it begins, where the history says so. */
async function begin(world: World, service: Service, { loaded, org: { channel } }: History): Promise<void> {
  const { org, database } = world
  const random = new Random(1)
  org.commit(world.now, 0, seedRecords(org, random), "normal", random)
  world.now = 60_000
  if (!loaded)
    return world.say("the org has three products, four entries and two accounts; nothing is loaded")
  const settled = `${channel ? "channel" : "topics"}${world.isFiltered ? "_filtered" : ""}`
  if (!(await database.restore(settled))) {
    await drain(world, service, random)
    await database.save(settled)
    service.kill()
  }
  world.now = 300_000
  world.trace.length = 0
  world.say("the org has three products, four entries and two accounts; all is loaded")
}

async function take(step: Step, world: World, service: Service): Promise<void> {
  const random = new Random(step.seed)
  const { org } = world
  switch (step.do) {
    case "commit": {
      const changes = transactionOf(step.transaction, org, random)
      return commit(world, changes, step.publication, step.ageMs, random)
    }
    case "burst":
      return burst(world, service, random)
    case "republish":
      return org.republish(world.now, random.pick(service.streams).topic, random)
    case "deliver":
      return random.pick(service.streams).deliver(random.between(1, 6), step.killed, random)
    case "follow": {
      const stream = random.pick(service.streams)
      await stream.deliver(random.between(1, 6), false, random)
      await stream.fold(20, step.killed)
      return
    }
    case "fold":
      await random.pick(service.streams).fold(random.between(1, 6), step.killed)
      return
    case "load": {
      const run = await service.loads.start(
        random.pick(weightedNames),
        random.pick(["full", "delta", "delta", "ids"]),
      )
      if (run?.state === "queued") await service.loads.advance(run, false, random)
      return
    }
    case "run":
      if (service.loads.active.length === 0) return
      return service.loads.advance(random.pick(service.loads.active), step.killed, random)
    case "reread":
      return service.rereads.advance(random.pick(weightedNames), step.killed, random)
    case "verify":
      return service.rereads.verify(random.pick(weightedNames), random)
    case "reapply":
      return random.pick(service.streams).reapply(random)
    case "takeOver":
      return random.pick(service.streams).takeOver(random)
    case "race":
      return random.pick(service.streams).raceTakeOver(random)
    case "replay":
      return random.pick(service.streams).replay(random)
    case "losePosition":
      return random.pick(service.streams).losePosition(random)
    case "rotate":
      return rotate(world, service, random)
    case "restore":
      return restore(world, service, random)
    case "giveUp":
      return giveUp(world, service, random)
    case "catchUp":
      return catchUp(world, service, random)
    case "kill":
      return service.kill()
  }
}

function commit(
  world: World,
  changes: readonly Change[],
  publication: Publication,
  ageMs: number,
  random: Random,
): void {
  if (changes.length === 0) return
  const shown = changes.map(({ kind, id, fields }) => `${kind} ${id} ${JSON.stringify(fields)}`)
  world.say(`committed (${publication}, begun ${ageMs} ms before): ${shown.join(", ")}`)
  world.org.commit(world.now, ageMs, changes, publication, random)
}

/** One record is changed again and again within a second: its versions bear one stamp. Often it is read meanwhile. */
async function burst(world: World, service: Service, random: Random): Promise<void> {
  const record = anyLive(world.org, random)
  if (record === undefined) return
  const isRead = random.chance(0.6)
  if (isRead) service.rereads.verify(record.object, random)
  for (let left = random.between(2, 3); left > 0; left--) {
    commit(world, [updateOf(record, world.org, random)], "normal", 0, random)
    world.now += random.between(0, 300)
  }
  if (!isRead) return
  for (let step = 0; step < 2; step++) await service.rereads.advance(record.object, false, random)
}

/** Three products hand their SKUs round one after the other; what is told of it is folded meanwhile, or read again. */
async function rotate(world: World, service: Service, random: Random): Promise<void> {
  for (const change of passSkusOn(world.org, random, 3)) {
    commit(world, [change], random.chance(0.8) ? "normal" : "silent", 0, random)
    world.now += random.between(0, 4_000)
    const meanwhile = random.pick([catchUp, catchUp, followProducts, null])
    await meanwhile?.(world, service, random)
  }
}

async function followProducts(world: World, service: Service, random: Random): Promise<void> {
  const topic = world.org.topicOf("Product2")
  const stream = service.streams.find((other) => other.topic === topic)
  await stream?.deliver(20, false, random)
  await stream?.fold(20, false)
}

/** A product is deleted, all of that is noticed, and it is taken out of the recycle bin again. */
async function restore(world: World, service: Service, random: Random): Promise<void> {
  const product = anyLive(world.org, random, "Product2")
  if (product === undefined) return
  const { object, id } = product
  commit(world, [{ kind: "delete", object, id, fields: {} }], "normal", 0, random)
  await catchUp(world, service, random)
  commit(world, [{ kind: "undelete", object, id, fields: {} }], "normal", 0, random)
}

/** A product claims the SKU of another one, which is noticed; then that one loses it. */
async function giveUp(world: World, service: Service, random: Random): Promise<void> {
  const [holder, claimant] = random.shuffle(world.org.live("Product2"))
  const sku = holder && latest(holder).fields.StockKeepingUnit
  if (holder === undefined || claimant === undefined || !sku) return
  const take = ({ object, id }: ModelRecord, to: string | null) =>
    commit(world, [{ kind: "update", object, id, fields: { StockKeepingUnit: to } }], "normal", 0, random)
  take(claimant, String(sku))
  await catchUp(world, service, random)
  take(holder, null)
}
