import assert from "node:assert/strict"
import { test } from "node:test"
import type { ApplyOptions } from "../../src/mapping/file/apply.ts"
import type { ObjectMapping } from "../../src/mapping/file/schema.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { applyFile } from "./applied_file.ts"
import { everything, mappedOrg } from "./described_objects.ts"

type Objects = Record<string, ObjectMapping>

const refused: [what: string, objects: Objects, reasons: string[], options?: Partial<ApplyOptions>][] = [
  [
    "what the org lacks, and what cannot be a column, all at once",
    {
      Contakt: {},
      Contact: { fields: { FirstNme: true, MailingAddress: true, Photo__c: true, "Account.Name": true } },
      Account: { fields: { Fux: true, Id: true } },
    },
    [
      "line 4: the org has no object Contakt that this user may see. Is it Contact?",
      "line 5: Contact cannot have these columns: Photo__c (the content of a file (base64))",
      "line 7: Contact.FirstNme: there is no such field that this user may read. Is it FirstName?",
      "line 8: Contact.MailingAddress: a compound, of which the parts are columns: MailingStreet, MailingLatitude",
      "line 10: Contact.Account.Name: a field of another record, which events of this one do not tell",
      "line 15: Account.Fux: there is no such field that this user may read. Is it Fax?",
      "line 16: Account.Id: that is the key, which has its column already: take it out",
    ],
  ],
  [
    "names that cannot be",
    {
      Contact: { fields: { FirstName: "order", LastName: "contact_id" } },
      Site__c: { fields: { Speed__c: "Speed" } },
      Account: {
        fields: { Internet_Eligibility__c: true, Phone: "internet_eligibility", Fax: "raw_payload" },
      },
      A__c: { table: "sf_product_shadow" },
    },
    [
      "line 4: a column cannot be called order: that is a word of SQL; contact_id is the key of public.sf_contact_shadow",
      'line 10: a column cannot be called "Speed" here: lower-case letters, digits and _, 63 at most',
      'line 15: internet_eligibility is the column of Account.Internet_Eligibility__c: name another one by --column, or "column"; a column cannot be called raw_payload: every shadow table has a column of that name',
      'line 22: sf_product_shadow is the table of Product2: give A__c another one by --table, or "table"',
    ],
  ],
  [
    "what stays of a mirrored object",
    {
      Product2: { table: "products", keep: "mapped", parent: "Family", fields: { Name: "title" } },
    },
    [
      "line 5: Product2.table: the file says products, and Product2 is mirrored with sf_product_shadow, which stays so while it is mirrored",
      "line 6: Product2.keep: the file says mapped, and Product2 is mirrored with all, which stays so while it is mirrored",
      "line 7: Product2.parent: the file says Family, and Product2 is mirrored with none, which stays so while it is mirrored",
      "line 9: name, of Product2.Name, keeps its name: functions, views and other services read it",
    ],
  ],
  [
    "another field for a column, of another kind or for the parent",
    {
      Product2: { fields: { Seats__c: "plan_tier" } },
      PricebookEntry: { fields: { Tier__c: "product_id", UnitPrice: "unit_price" } },
    },
    [
      "line 6: plan_tier is text, and Product2.Seats__c would need integer",
      'line 9: product_id is the column of PricebookEntry.Product2Id: name another one by --column, or "column"',
    ],
  ],
  [
    "parents in a circle; what is below one is not named for it",
    { A__c: { parent: "B__c" }, B__c: { parent: "A__c" }, Contact: {} },
    ["line 5: A__c -> B__c -> A__c: parents in a circle, of which none could be added first"],
  ],
  [
    "a parent that cannot be added; its child is not named for it",
    { Site__c: { fields: { Speed__c: "order" } }, Visit__c: { parent: "Site__c" } },
    ["line 4: a column cannot be called order: that is a word of SQL"],
  ],
  [
    "--prune, of what is shipped",
    { Product2: { fields: { Description: true } }, Contact: {} },
    [
      "not in the file: PricebookEntry is part of sf-shadow, whose functions and views read its table: it can be paused",
      "not in the file: Account is part of sf-shadow, whose functions and views read its table: it can be paused",
      "not in the file: Product2.Item_Class__c, which fills item_class, Product2.Name, which fills name, Product2.Internet_Offering_Type__c, which fills offering_type, Product2.Internet_Plan_Tier__c, which fills plan_tier, Product2.StockKeepingUnit, which fills sku, Product2.VPN_Region__c, which fills vpn_region, stays: functions, views and other services read it, or no row may be without it",
    ],
    { prune: true },
  ],
]

test("what cannot be is refused with all reasons and their lines, and the database is as before", async (t) => {
  const { pool } = await createTestDatabase()
  const before = await everything(pool)
  for (const [what, objects, reasons, options] of refused) {
    for (const isDry of [true, false]) {
      await t.test(`${what}${isDry ? ", in a plan" : ""}`, async () => {
        await assert.rejects(applyFile(pool, mappedOrg, objects, { ...options, isDry }), {
          name: "PlanError",
          message: ["mapping.json cannot be applied, and nothing was changed:", ...reasons].join("\n  "),
        })
        assert.equal(await everything(pool), before)
      })
    }
  }
})
