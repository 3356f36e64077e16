import { z } from "zod"

const fieldSchema = z
  .union([z.string(), z.literal(true)])
  .describe("The column of the field, or true: the one whose name follows from the field's own.")

const objectSchema = z
  .strictObject({
    table: z.string().optional().describe("Its table in the schema public. Default: sf_<object>_shadow."),
    keep: z
      .enum(["mapped", "all"])
      .optional()
      .describe("What raw_payload keeps: the mapped fields alone (the default), or every plain field."),
    parent: z
      .string()
      .optional()
      .describe(
        "The field that holds the Id of the record that it is deleted with. Default: its master, where that is mirrored.",
      ),
    poll: z
      .string()
      // A day is the most.
      .regex(
        /^([1-9]\d{0,2}m|1[0-3]\d\dm|14[0-3]\dm|[1-9]h|1\dh|2[0-4]h|1440m|1d)$/,
        "a time from 1m to 1d is expected, such as 5m or 2h",
      )
      .optional()
      .describe(
        "How often it is polled, and its change events are not followed. Default: 5m where it has none, else not at all.",
      ),
    where: z
      .string()
      .optional()
      .describe(
        "A condition in SOQL, as it follows WHERE: only the records that meet it are mirrored. Default: all.",
      ),
    history: z
      .boolean()
      .optional()
      .describe("Whether the versions of its records are kept, in <table>_history. Default: no."),
    fields: z
      .record(z.string(), fieldSchema)
      .optional()
      .describe(
        "Salesforce's names of fields, and their columns. Default: every field that can be a column.",
      ),
    indexes: z
      .array(z.string())
      .optional()
      .describe(
        "Fields whose columns have an index, and perhaps SystemModstamp. What refers to another record has one anyway.",
      ),
    compatible_schema: z
      .string()
      .optional()
      .describe(
        "The schema in which a view shows the object as Heroku Connect had it, with its names and types. Default: none.",
      ),
  })
  .describe(
    "An object of Salesforce. What is left out has its default, or where the object is mirrored stays as it is.",
  )

/** A mapping file (docs/mapping.md); docs/mapping.schema.json is made of this. */
export const mappingSchema = z
  .strictObject({
    $schema: z.string().optional().describe("Where an editor finds this schema."),
    version: z.literal(1).describe("The version of this form."),
    objects: z.record(z.string(), objectSchema).describe("The mirrored objects, by Salesforce's name."),
  })
  .describe("Which objects of Salesforce sf-shadow mirrors, and which field becomes which column.")

export type MappingFile = z.output<typeof mappingSchema>
export type ObjectMapping = MappingFile["objects"][string]

/** The same for editors, as JSON Schema in the draft that they know best. */
export function mappingJsonSchema(): object {
  return z.toJSONSchema(mappingSchema, { target: "draft-7" })
}
