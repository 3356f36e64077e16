import type { Deps } from "../deps.ts"
import { describeToFields, MappingError } from "../mapping.ts"
import type { EventSchema } from "../pubsub/schema.ts"

/** Describes an object and reports what its mapping lacks. Events are stored in any case: nothing of them is lost. */
export async function checkMapping(deps: Deps, object: string): Promise<void> {
  await describeToFields(deps, object).catch((error) => {
    if (!(error instanceof MappingError)) throw error
    deps.log.error({ event: "mapping_blocked", object }, error.message)
  })
}

/**
 * Notes which fields an object's events carry, before the first event of a schema is stored; a new schema may
 * mean a new field, so that the object is described again. Events of objects that nobody mirrors are passed over.
 */
export async function schemaToFields(
  deps: Deps,
  objects: readonly string[],
  schema: EventSchema,
): Promise<void> {
  const object = schema.name.replace(/__ChangeEvent$/, "__c").replace(/ChangeEvent$/, "")
  if (!objects.includes(object)) return
  await checkMapping(deps, object)
  const fields = schema.body.flatMap(({ name, parts, textOrParts }) => [
    ...(parts === null || textOrParts ? [name] : []),
    ...(parts ?? []).map((part) => part.name),
  ])
  await deps.pool.query("select sf_shadow.schema_to_fields(of_object => $1, event_fields => $2)", [
    object,
    fields,
  ])
}
