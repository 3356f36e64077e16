import type { Pool } from "pg"
import { fillIn, type Templates } from "../base/cache_keys.ts"
import { isPattern, placeholders } from "../base/key_templates.ts"

/** A row of the outbox, as sf_shadow_invalidations gives it. */
export interface Invalidation {
  object: string
  seq: number
  /** Too many to list, or a cursor that cannot be continued: the lists are null. */
  everything: boolean
  record_ids: string[] | null
  parent_ids: string[] | null
  unique_values: string[] | null
  committed_at: Date
  /** Age when it was read, by the database's clock, seconds. */
  age_seconds: number
}

/** What one outbox row clears. */
export interface Clearing {
  keys: string[]
  patterns: string[]
}

type List = "record_ids" | "parent_ids" | "unique_values"

/** A template of single keys, and the list of the outbox row that fills it. */
interface KeyTemplate {
  template: string
  /** Undefined: the template is a key as it stands. */
  from?: { name: string; list: List }
}

interface ObjectRule {
  changed: { keys: KeyTemplate[]; patterns: string[] }
  everything: { keys: string[]; patterns: string[] }
}

/** Templates that do not fit the mirrored objects; REDIS_TEMPLATES has to be mended. */
class TemplateError extends Error {
  override readonly name = "TemplateError"
}

/** Turns outbox rows into keys and patterns, by the templates of the configuration. */
export class Renderer {
  readonly #rules: ReadonlyMap<string, ObjectRule>

  private constructor(rules: ReadonlyMap<string, ObjectRule>) {
    this.#rules = rules
  }

  /**
   * Checks the templates against the mapping of the objects.
   *
   * @throws TemplateError naming the object, the template and what would be known
   */
  static async open(pool: Pool, templates: Templates): Promise<Renderer> {
    const columns = await outboxColumns(pool)
    const rules = new Map<string, ObjectRule>()
    for (const [object, { changed, everything }] of Object.entries(templates)) {
      const known = columns.get(object)
      if (known === undefined) {
        throw new TemplateError(
          `REDIS_TEMPLATES: ${object} is not mirrored. The mirrored objects are ${[...columns.keys()].join(", ")}.`,
        )
      }
      rules.set(object, {
        changed: {
          keys: changed.filter((text) => !isPattern(text)).map((text) => keyTemplate(object, text, known)),
          patterns: changed.filter(isPattern),
        },
        everything: {
          keys: everything.filter((text) => !isPattern(text)),
          patterns: everything.filter(isPattern),
        },
      })
    }
    return new Renderer(rules)
  }

  /** The objects that have templates. */
  get objects(): string[] {
    return [...this.#rules.keys()]
  }

  /** What a row clears. */
  render(row: Invalidation): Clearing {
    const rule = this.#rules.get(row.object)
    if (rule === undefined) return { keys: [], patterns: [] }
    if (row.everything) return rule.everything
    const keys = rule.changed.keys.flatMap(({ template, from }) =>
      from === undefined
        ? [template]
        : (row[from.list] ?? []).map((value) => fillIn(template, from.name, value)),
    )
    return { keys, patterns: rule.changed.patterns }
  }

  /** What "everything" of these objects clears, each pattern once. */
  everythingOf(objects: readonly string[]): Clearing {
    const rules = objects.map((object) => this.#rules.get(object)?.everything)
    return {
      keys: [...new Set(rules.flatMap((rule) => rule?.keys ?? []))],
      patterns: [...new Set(rules.flatMap((rule) => rule?.patterns ?? []))],
    }
  }
}

function keyTemplate(object: string, template: string, known: ReadonlyMap<string, List>): KeyTemplate {
  const [name, ...others] = new Set(placeholders(template))
  if (name === undefined) return { template }
  const list = known.get(name)
  if (list === undefined || others.length > 0) {
    const wrong = list === undefined ? `{${name}} is unknown` : "only one placeholder can be filled in"
    throw new TemplateError(
      `REDIS_TEMPLATES: ${object}: ${template}: ${wrong}. Known for ${object}: ${[...known.keys()].map((column) => `{${column}}`).join(", ")}.`,
    )
  }
  return { template, from: { name, list } }
}

/** Of each object, which columns the lists of an outbox row are the values of. */
async function outboxColumns(pool: Pool): Promise<Map<string, Map<string, List>>> {
  const { rows } = await pool.query<{ object: string; key: string; parent: string; unique: string }>(
    `select o.object, o.key_column as key, parent.column_name as parent,
       coalesce(own.column_name, held.column_name) as unique
     from sf_shadow.object o
     left join sf_shadow.field parent on parent.object = o.object and parent.field = o.parent_field
     left join sf_shadow.field own on own.object = o.object and own.is_unique
     left join sf_shadow.field held on held.object = o.parent_object and held.is_unique
     order by o.object_id`,
  )
  return new Map(
    rows.map(({ object, key, parent, unique }) => [
      object,
      new Map<string, List>([
        [key, "record_ids"],
        ...(parent === null ? [] : [[parent, "parent_ids"] as const]),
        ...(unique === null ? [] : [[unique, "unique_values"] as const]),
      ]),
    ]),
  )
}
