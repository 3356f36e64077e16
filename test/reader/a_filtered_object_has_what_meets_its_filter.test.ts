import assert from "node:assert/strict"
import { test } from "node:test"
import { startReading } from "./reading.ts"

const object = "Service_Site__c"

test("a record outside the filter is not there, whichever side answers; one that left it is gone as soon as Salesforce is asked", async () => {
  const reading = await startReading(3)
  const { org, pool, seeded } = reading
  const [inside, outside] = seeded.sites as [string, string]
  org.transaction((tx) => {
    for (const site of seeded.sites) tx.update(object, site, { Is_Live__c: site !== outside })
  })
  await reading.mirror(object, "Is_Live__c = true")
  await reading.load(object)
  await reading.age(object, 3600)
  await reading.claim(60)
  const { rows } = await pool.query("select count(*)::int as sites from sf_service_site_shadow")
  assert.deepEqual(rows, [{ sites: seeded.sites.length - 1 }])
  const reader = reading.reader()
  const fresh = await reader.record(object, inside)
  assert.deepEqual([fresh.source, fresh.value?.is_live], ["shadow", true])
  assert.equal((await reader.record(object, outside)).value, null)

  await reading.claim(3600)
  org.transaction((tx) => tx.update(object, inside, { Is_Live__c: false }))
  const asked = await reader.record(object, inside)
  assert.deepEqual([asked.source, asked.value], ["salesforce", null])
  org.transaction((tx) => tx.update(object, inside, { Is_Live__c: true }))
  const back = await reader.record(object, inside)
  assert.deepEqual([back.source, back.value?.service_site_id], ["salesforce", inside])
})
