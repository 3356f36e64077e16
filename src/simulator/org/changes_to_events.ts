import type { ChangeEvent, ChangeType } from "./change_event.ts"
import type { Draft } from "./draft.ts"
import { changedParts, emptyBody, fullBody } from "./event_body.ts"
import type { Random } from "./random.ts"

/** A transaction's own header values. */
export type TransactionHeader = Pick<
  ChangeEvent,
  "changeOrigin" | "transactionKey" | "commitTimestamp" | "commitNumber" | "commitUser"
>

/** Changes of one transaction beyond which Salesforce sends one GAP_OVERFLOW event per object. */
const overflowAfter = 100_000
/** Most record ids that one merged event carries. */
const mostRecordIds = 250
/** How often an update merged over several records arrives as two events, as one was recorded to. */
const splitChance = 0.5
/** A longer event becomes a gap event: the bus takes 1 MB (Pub/Sub API, event allocations). */
const largestBodyCharacters = 900_000

/** A change before it is numbered, and whether another record with an equal one may join it. */
interface Change {
  event: ChangeEvent
  /** Equal keys mean the same change; null for changes that are never merged. */
  mergeKey: string | null
}

/**
 * The change events of a transaction in their order, as the Change Data Capture guide has them: one per
 * record whatever was done to it, equal changes merged, an overflow event per object past the threshold.
 */
export function changesToEvents(
  drafts: readonly Draft[],
  header: TransactionHeader,
  random: Random,
): ChangeEvent[] {
  const events: ChangeEvent[] = []
  const mergeable = new Map<string, ChangeEvent>()
  const overflown = new Set<string>()
  let changes = 0
  for (const draft of drafts) {
    if (draft.silent) continue
    const change = toChange(draft, header, random)
    if (change === null) continue
    changes += Math.max(1, change.event.changedFields.length)
    if (changes > overflowAfter) {
      overflown.add(change.event.entityName)
      continue
    }
    const { event, mergeKey } = change
    const same = mergeKey === null ? undefined : mergeable.get(mergeKey)
    if (same !== undefined && same.recordIds.length < mostRecordIds) {
      same.recordIds.push(...event.recordIds)
      continue
    }
    if (mergeKey !== null) mergeable.set(mergeKey, event)
    events.push(event)
  }
  const numbered = events.flatMap((event) => split(event, random))
  for (const entityName of overflown) numbered.push(overflow(entityName, header))
  for (const [index, event] of numbered.entries()) event.sequenceNumber = index + 1
  return numbered
}

/** What a transaction did to a record, in one word; null for nothing that is published. */
export function netChange({ table, before, after }: Draft): ChangeType | null {
  const was = before !== null && !table.isDeleted(before)
  const is = after !== null && !table.isDeleted(after)
  if (was && is) return "UPDATE"
  if (was) return "DELETE"
  if (!is) return null
  return before === null ? "CREATE" : "UNDELETE"
}

/** The same event as a gap: header only. */
export function toGap(event: ChangeEvent): ChangeEvent {
  const none = { nulledFields: [], diffFields: [], changedFields: [], body: {} }
  if (event.changeType.startsWith("GAP_")) return event
  return { ...event, ...none, changeType: `GAP_${event.changeType}` as ChangeType }
}

/** The event that stands for all of an object's changes past the threshold. */
export function overflow(entityName: string, header: TransactionHeader): ChangeEvent {
  const empty = newEvent(entityName, "000000000000000AAA", "GAP_OVERFLOW", header)
  return { ...empty, sequenceNumber: 1 }
}

function newEvent(
  entityName: string,
  recordId: string,
  changeType: ChangeType,
  header: TransactionHeader,
): ChangeEvent {
  const { changeOrigin, transactionKey, commitTimestamp, commitNumber, commitUser } = header
  return {
    entityName,
    recordIds: [recordId],
    changeType,
    changeOrigin,
    transactionKey,
    sequenceNumber: 0,
    commitTimestamp,
    commitNumber,
    commitUser,
    nulledFields: [],
    diffFields: [],
    changedFields: [],
    body: {},
  }
}

function toChange(draft: Draft, header: TransactionHeader, random: Random): Change | null {
  const changeType = netChange(draft)
  if (changeType === null) return null
  const { layout } = draft.table
  const event = newEvent(layout.object.name, draft.id, changeType, header)
  if (changeType === "DELETE") {
    event.body = emptyBody(layout.object)
    return { event, mergeKey: `DELETE ${event.entityName}` }
  }
  if (changeType === "UPDATE") {
    Object.assign(event, changedParts(draft, random))
  } else {
    event.body = fullBody(layout, draft.after ?? [], changeType === "CREATE")
  }
  if (JSON.stringify(event.body).length > largestBodyCharacters)
    return { event: toGap(event), mergeKey: null }
  if (changeType !== "UPDATE") return { event, mergeKey: null }
  const mergeKey = JSON.stringify([event.entityName, event.changedFields, event.diffFields, event.body])
  return { event, mergeKey }
}

/** A merged update in two parts, the second without LastModifiedDate: recorded from a real org. */
function split(event: ChangeEvent, random: Random): ChangeEvent[] {
  const names = event.changedFields.map(topLevel).filter((name) => !name.startsWith("LastModified"))
  const fields = [...new Set(names)]
  if (event.recordIds.length < 2 || fields.length < 2 || !random.chance(splitChance)) return [event]
  const later = new Set(fields.slice(Math.ceil(fields.length / 2)))
  return [part(event, (name) => !later.has(topLevel(name))), part(event, (name) => later.has(topLevel(name)))]
}

function topLevel(name: string): string {
  return name.split(".", 1)[0] as string
}

function part(event: ChangeEvent, includes: (name: string) => boolean): ChangeEvent {
  const values = Object.entries(event.body).map(([name, value]) => [name, includes(name) ? value : null])
  return {
    ...event,
    recordIds: [...event.recordIds],
    changedFields: event.changedFields.filter(includes),
    nulledFields: event.nulledFields.filter(includes),
    diffFields: event.diffFields.filter(includes),
    body: Object.fromEntries(values),
  }
}
