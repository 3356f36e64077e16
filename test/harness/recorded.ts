import { existsSync, readFileSync } from "node:fs"
import type { ProducerEvent } from "../../src/pubsub/proto.ts"

const folder = new URL("../../../shared/fixtures/recorded/", import.meta.url)

/** For `test`: the recordings are data of a real org and are not part of the repository. */
export const whereRecorded = {
  skip: existsSync(folder) ? false : "the recorded events are not on this machine",
} as const

/** The schema that belongs to AccountAddressUpdateEvent and AccountUpdateEvents. */
export const recordedSchemaId = "i8wgJwwM-AVcDbFkbRl5Nw"

export function recordedSchema(): string {
  return readFileSync(new URL(`AccountChangeEvent.${recordedSchemaId}.avsc`, folder), "utf8")
}

/** The events of one recorded file, in order, as the bus carries them, with their replay ids. */
export function recordedEvents(file: string): { event: ProducerEvent; replayId: Buffer }[] {
  const json = JSON.parse(readFileSync(new URL(file, folder), "utf8"))
  return (json.events ?? json).map((item: Record<string, unknown>) => {
    const recorded = lowerKeys(lowerKeys(item).event as Record<string, unknown>)
    const payload = recorded.payload as string | number[]
    return {
      event: {
        id: recorded.id as string,
        schema_id: recorded.schemaId as string,
        payload: typeof payload === "string" ? Buffer.from(payload, "base64") : Buffer.from(payload),
      },
      replayId: Buffer.from((item.replayId as string | undefined) ?? "", "base64"),
    }
  })
}

/** One recorder wrote names as the protocol has them, another as C# does. */
function lowerKeys(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [key.charAt(0).toLowerCase() + key.slice(1), value]),
  )
}
