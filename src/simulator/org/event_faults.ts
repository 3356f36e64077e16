import type { Faults } from "../faults.ts"
import type { ChangeEvent } from "./change_event.ts"
import { overflow, type TransactionHeader, toGap } from "./changes_to_events.ts"

/**
 * Lets the armed event faults strike a transaction's events: suppressed, turned to gaps, overflown. Returns
 * what is published, and the ids of records with a change that is not.
 */
export function strikeEvents(
  events: readonly ChangeEvent[],
  header: TransactionHeader,
  faults: Faults,
): { events: ChangeEvent[]; suppressed: ReadonlySet<string> } {
  const kept: ChangeEvent[] = []
  const suppressed = new Set<string>()
  const overflown = new Set<string>()
  for (const event of events) {
    const { entityName } = event
    const applies = (settings: { object?: string }) =>
      settings.object === undefined || settings.object === entityName
    if (overflown.has(entityName)) continue
    if (faults.strike("event.suppressed", applies) !== undefined) {
      for (const id of event.recordIds) suppressed.add(id)
      continue
    }
    if (faults.strike("event.overflow", applies) !== undefined) overflown.add(entityName)
    else kept.push(faults.strike("event.gap", applies) === undefined ? event : toGap(event))
  }
  for (const entityName of overflown) {
    kept.push({ ...overflow(entityName, header), sequenceNumber: events.length })
  }
  return { events: kept, suppressed }
}

/** The event as the integration user gets it: without fields it may not read. */
export function withoutHiddenFields(event: ChangeEvent, faults: Faults): ChangeEvent {
  const hidden = new Set<string>()
  for (const { settings } of faults.active("field.permission")) {
    if (settings.object === event.entityName) hidden.add(settings.field)
  }
  if (hidden.size === 0) return event
  const readable = (name: string) => !hidden.has(name.split(".", 1)[0] as string)
  const body = Object.entries(event.body).map(([name, value]) => [name, readable(name) ? value : null])
  return {
    ...event,
    nulledFields: event.nulledFields.filter(readable),
    diffFields: event.diffFields.filter(readable),
    changedFields: event.changedFields.filter(readable),
    body: Object.fromEntries(body),
  }
}
