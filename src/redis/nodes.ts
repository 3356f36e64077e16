import { Cluster, type Redis } from "ioredis"
import { RedisUnavailable } from "./connect.ts"

/**
 * The nodes that hold keys: the one Redis, or every master of the Cluster.
 *
 * @throws RedisUnavailable when the client does not know as many masters as hold slots
 */
export async function masters(client: Redis | Cluster): Promise<Redis[]> {
  if (!(client instanceof Cluster)) return [client]
  let nodes = client.nodes("master")
  const first = nodes[0]
  if (first === undefined) throw new RedisUnavailable("the Cluster's masters are not known yet", "topology")
  const expected = Number(/^cluster_size:(\d+)/m.exec((await first.cluster("INFO")) as string)?.[1] ?? 0)
  if (nodes.length < expected) {
    // A master that was away is forgotten by the client until it asks for the slots again.
    await new Promise<void>((resolve) => client.refreshSlotsCache(() => resolve()))
    nodes = client.nodes("master")
  }
  if (nodes.length < expected) {
    throw new RedisUnavailable(
      `the Cluster has ${expected} masters and only ${nodes.length} of them are known here`,
      "topology",
    )
  }
  return nodes
}

/**
 * Which processes hold the data: changes when one is restarted (and may have read an old dump) or a replica takes its
 * place (and may lack the last deletions). What was deleted before such a change may be there again.
 *
 * @throws RedisUnavailable READONLY when one of them is a replica
 */
export async function identityOf(client: Redis | Cluster): Promise<string> {
  const runs = await Promise.all(
    (await masters(client)).map(async (node) => {
      const info = `${await node.info("server")}${await node.info("replication")}`
      if (/^role:slave/m.test(info)) {
        throw new RedisUnavailable("it is a read-only replica; REDIS_URL must name the primary", "READONLY")
      }
      return /^run_id:(\w+)/m.exec(info)?.[1] ?? ""
    }),
  )
  return runs.sort().join(" ")
}
