import { Cluster, type Redis } from "ioredis"
import { masters } from "./nodes.ts"

/** Keys of one UNLINK, and of one round of them in a Cluster. */
const chunkSize = 500
/** How many keys one SCAN looks at, about 0.3 ms of Redis's time. */
const scanCount = 1_000

/** Deletes keys by name, in Redis's background; keys that are not there cost nothing. Returns how many there were. */
export async function deleteKeys(client: Redis | Cluster, keys: readonly string[]): Promise<number> {
  let deleted = 0
  for (let from = 0; from < keys.length; from += chunkSize) {
    const chunk = keys.slice(from, from + chunkSize)
    if (client instanceof Cluster) {
      // Keys of several slots do not fit one command; each goes to its own master, and follows it when it moves.
      const counts = await Promise.all(chunk.map((key) => client.unlink(key)))
      deleted += counts.reduce((sum, count) => sum + count, 0)
    } else {
      deleted += await client.unlink(...chunk)
    }
  }
  return deleted
}

/**
 * Deletes every key that matches a pattern and is there from the start of the call to its end, on every master, by SCAN
 * and UNLINK: Redis answers others in between, which KEYS and FLUSH would not let it. In a Cluster that is moving slots
 * a key may pass from a master still to be scanned to one that was; hence the second round there.
 *
 * @returns how many keys there were
 */
export async function deletePatterns(
  client: Redis | Cluster,
  patterns: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const distinct = withoutCovered(patterns)
  if (distinct.length === 0) return 0
  const nodes = await masters(client)
  let deleted = 0
  const round = async () => {
    const counts = await Promise.all(
      nodes.map(async (node) => {
        let count = 0
        for (const pattern of distinct) count += await scanAndDelete(client, node, pattern, signal)
        return count
      }),
    )
    deleted += counts.reduce((sum, count) => sum + count, 0)
  }
  const before = await slotMoves(nodes)
  await round()
  const after = await slotMoves(nodes)
  if (before.moving || after.moving || before.epoch !== after.epoch) await round()
  return deleted
}

async function scanAndDelete(
  client: Redis | Cluster,
  node: Redis,
  pattern: string,
  signal: AbortSignal,
): Promise<number> {
  let deleted = 0
  let cursor = "0"
  do {
    signal.throwIfAborted()
    const [next, keys] = await node.scan(cursor, "MATCH", pattern, "COUNT", scanCount)
    deleted += await deleteKeys(client, keys)
    cursor = next
  } while (cursor !== "0")
  return deleted
}

/** Whether slots are on their way between masters, and the epoch that each finished move raises. */
async function slotMoves(nodes: readonly Redis[]): Promise<{ moving: boolean; epoch: string }> {
  if (nodes.length < 2) return { moving: false, epoch: "" }
  const answers = await Promise.all(
    nodes.map(async (node) => [await node.cluster("NODES"), await node.cluster("INFO")] as [string, string]),
  )
  return {
    // A line of one's own lists slots that leave as [93->-id] and that arrive as [77-<-id].
    moving: answers.some(([list]) => /\[\d+-[<>]-/.test(list)),
    epoch: answers.map(([, info]) => /^cluster_current_epoch:(\d+)/m.exec(info)?.[1]).join(" "),
  }
}

/** Leaves out patterns that a shorter one covers: `catalog:list:*` beside `catalog:*` costs a second scan for nothing. */
function withoutCovered(patterns: readonly string[]): string[] {
  const distinct = [...new Set(patterns)]
  return distinct.filter(
    (pattern) =>
      !distinct.some(
        (other) => other !== pattern && /^[^*?[\\]+\*$/.test(other) && pattern.startsWith(other.slice(0, -1)),
      ),
  )
}
