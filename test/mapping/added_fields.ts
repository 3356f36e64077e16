import type { FieldsPlan } from "../../src/mapping/fields.ts"
import { account, accountId, at, describes, event, type ObjectName } from "../harness/records.ts"
import { runThrough } from "../harness/runs.ts"
import { Shadow } from "../harness/shadow.ts"
import { field, standard } from "./described_objects.ts"

export const described = (name: string, ...more: ReturnType<typeof field>[]) => ({
  name,
  queryable: true,
  has_events: true,
  fields: [...standard, ...more],
})
export const accountFields = described(
  "Account",
  field("Internet_Eligibility__c", "string"),
  field("Phone", "phone"),
  field("ParentId", "reference", { referenceTo: ["Account"] }),
  field("BillingAddress", "address", { compoundFieldName: "BillingAddress" }),
  field("BillingCity", "string", { compoundFieldName: "BillingAddress" }),
  field("Photo__c", "base64"),
)
export const productFields = described(
  "Product2",
  field("Description", "textarea"),
  field("Weight__c", "double"),
)

export async function addFields(
  pool: Shadow["pool"],
  wish: object,
  describe: object,
  isDry = false,
): Promise<FieldsPlan> {
  const { rows } = await pool.query("select sf_shadow.add_fields($1, $2, $3) as plan", [
    wish,
    describe,
    isDry,
  ])
  return rows[0].plan
}

/** As describe shows them to a load. */
export const describe = (shadow: Shadow) =>
  shadow.describe("Account", [...describes.Account, { name: "Phone", type: "text" }])

export const jobs = (shadow: Shadow) =>
  shadow.all<{ key: string; run_at: Date }>("select key, run_at from sf_shadow_worker.jobs order by key")
/** Which columns wait, and the drift that the last comparison has found. */
export async function waitingOf(shadow: Shadow, object: ObjectName) {
  const [told] = await shadow.all<{ unfilled: string | null; drift_rows: number | null }>(
    "select c.unfilled, l.drift_rows from sf_shadow_lag l join sf_shadow.object_claim c using (object) where object = $1",
    object,
  )
  return [told?.unfilled, told?.drift_rows]
}

export const waits = "columns that were added wait for their values: phone"

/** Two accounts, loaded long ago, of which the events from before second 100 lack the phone. */
export async function withPhone(): Promise<Shadow> {
  const shadow = await Shadow.openAnother()
  await describe(shadow)
  await runThrough(shadow, "Account", "full", [account(1, 0), account(2, 0)], { from: 20 })
  await shadow.apply(event("Account", "UPDATE", accountId(2), 90, { Internet_Eligibility__c: "None" }))
  await addFields(shadow.pool, { object: "Account", fields: ["phone"] }, accountFields)
  await shadow.pool.query("update sf_shadow.field set unfilled_until = $1 where unfilled_until is not null", [
    at(100),
  ])
  return shadow
}
