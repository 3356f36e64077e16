import assert from "node:assert/strict"
import { test } from "node:test"
import { startOrg } from "../harness/org.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { startService } from "../harness/service.ts"

test("with HTTP_TOKEN it answers whoever shows it, and shows it to nobody", async (t) => {
  const token = "3f786850e387550fdab836ed7e6dc881de23001b"
  const { url } = await createTestDatabase()
  const { environment } = await startOrg(t, { products: 1, pricebooks: 1, accounts: 1 })
  const variables = { ...environment(url), HTTP_TOKEN: token, LOG_LEVEL: "trace" }
  const service = await startService(t, variables, ["--only", "http"])
  const http = service.logged("http_started")[0]?.url as string
  const answers: string[] = []
  const get = async (path: string, authorization?: string) => {
    const answer = await fetch(`${http}${path}`, { headers: authorization ? { authorization } : {} })
    answers.push(await answer.text(), JSON.stringify([...answer.headers]))
    return answer.status
  }
  for (const path of ["/metrics", "/queue"]) {
    assert.equal(await get(path), 401, path)
    assert.equal(await get(path, `Bearer ${token.replace("3", "4")}`), 401, path)
    assert.equal(await get(path, `Bearer ${token}`), 200, path)
  }
  assert.equal(await get("/healthz"), 200)
  await service.stop()
  assert.doesNotMatch(answers.join("\n") + service.output.stderr + service.output.stdout, new RegExp(token))
})
