import type { FastifyInstance } from "fastify"
import type { Org } from "../org/org.ts"
import { compileQuery } from "../soql/query.ts"

/** `/limits`: the ones that a sync service spends, and storage for good measure; and how many records objects have. */
export function limitRoutes(server: FastifyInstance, org: Org): void {
  server.get("/services/data/:version/limits", async () => {
    const { apiRequests, bulkQueryJobs, bulkQueryStorageMb, deliveredEvents } = org.usage
    return {
      DailyApiRequests: limit(apiRequests),
      DailyBulkV2QueryJobs: limit(bulkQueryJobs),
      DailyBulkV2QueryFileStorageMB: limit(bulkQueryStorageMb),
      DailyDeliveredPlatformEvents: limit(deliveredEvents),
      DataStorageMB: { Max: 10_240, Remaining: 9_000 },
    }
  })

  server.get("/services/data/:version/limits/recordCount", async (request) => {
    const { sObjects = "" } = request.query as { sObjects?: string }
    const named = sObjects.split(",").flatMap((name) => org.objects.get(name)?.name ?? [])
    return {
      sObjects: named.map((name) => ({
        name,
        count: compileQuery(org, `select Id from ${name}`).run(org.snapshot(), false).length,
      })),
    }
  })
}

/** The `Sforce-Limit-Info` header of every REST answer. */
export function limitInfo(org: Org): string {
  const { used, max } = org.usage.apiRequests
  return `api-usage=${used}/${max}`
}

function limit({ max, used }: { max: number; used: number }): { Max: number; Remaining: number } {
  return { Max: max, Remaining: Math.max(0, max - used) }
}
