import { createWriteStream } from "node:fs"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"
import { setTimeout as sleep } from "node:timers/promises"
import type { Config } from "../../../src/base/config.ts"
import { createQueryJob, getQueryJob } from "../../../src/salesforce/bulk.ts"
import { openResultPage } from "../../../src/salesforce/bulk_results.ts"
import { createSession } from "../../../src/salesforce/session.ts"

/** The fields of PricebookEntry, in the order of the files' columns. */
export const columns = [
  "Id",
  "CreatedById",
  "CreatedDate",
  "CurrencyIsoCode",
  "IsActive",
  "IsArchived",
  "IsDeleted",
  "LastModifiedById",
  "LastModifiedDate",
  "Name",
  "Pricebook2Id",
  "Product2Id",
  "ProductCode",
  "SystemModstamp",
  "UnitPrice",
  "UseStandardPrice",
] as const

/** Saves the pages of a query over every PricebookEntry, unzipped, as a load receives them. Returns the files. */
export async function downloadPages(config: Config, folder: string): Promise<string[]> {
  const session = createSession(config.salesforce)
  try {
    const soql = `select ${columns.join(", ")} from PricebookEntry`
    const { id } = await createQueryJob(session, { object: "PricebookEntry", soql, operation: "query" })
    while ((await getQueryJob(session, id)).state !== "JobComplete") await sleep(config.salesforce.bulkPollMs)
    const files: string[] = []
    let locator: string | null = null
    do {
      const page = await openResultPage(session, id, { locator, maxRecords: config.bulkPageRows })
      const file = join(folder, `page_${files.length}.csv`)
      await pipeline(page.body, createWriteStream(file))
      files.push(file)
      locator = page.nextLocator
    } while (locator !== null)
    return files
  } finally {
    await session.close()
  }
}
