import { randomUUID } from "node:crypto"
import {
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js"
import {
  type FetchRequest,
  type FetchResponse,
  pubsubService,
  type SchemaInfo,
  type TopicInfo,
} from "../../pubsub/proto.ts"
import type { Org } from "../org/org.ts"
import { EventLog } from "./event_log.ts"
import { changeEventName } from "./schema.ts"
import { refusal, salesforceError } from "./status.ts"
import { Subscriber } from "./subscriber.ts"

/** Settings of the simulated Pub/Sub API. */
export interface PubsubServerOptions {
  org: Org
  /** Whether an access token is valid now, at this instance of the org. */
  authorize(accessToken: string, instanceUrl: string): boolean
  /** PEM of the server's key and certificate, for 127.0.0.1. */
  key: string
  cert: string
  /** Shortest and longest time to a keepalive, ms. Default [2000, 5000]; a real org takes up to 270 s. */
  keepaliveMs?: readonly [number, number]
  /** How long a message is on its way, in either direction, ms. Default 0. */
  halfWayMs?: number
  /** Default 0: any free port. */
  port?: number
}

/** A running Pub/Sub API. */
export interface PubsubServer {
  /** "127.0.0.1:port" */
  endpoint: string
  /** The event bus, to purge or reset. */
  log: EventLog
  /** How many Subscribe calls are open. */
  openStreams(): number
  /** Ends every open stream without an error. */
  endStreams(): void
  close(): Promise<void>
}

const allChanges = "/data/ChangeEvents"

/**
 * Serves GetTopic, GetSchema and Subscribe over TLS gRPC for an org; publishing and managed subscriptions
 * answer UNIMPLEMENTED. Faults are armed at `org.faults`, see `faults.ts`.
 */
export async function startPubsubServer(options: PubsubServerOptions): Promise<PubsubServer> {
  const { org, key, cert, keepaliveMs = [2000, 5000], halfWayMs = 0, port = 0 } = options
  const log = new EventLog(org)
  const subscribers = new Set<Subscriber>()
  const refused = (call: { metadata: ServerUnaryCall<unknown, unknown>["metadata"] }, method: string) =>
    refusal(call.metadata, method, org, options.authorize)

  const objectsOf = (topic: string): ReadonlySet<string> | null => {
    const published = [...org.objects.values()].filter(({ hasChangeEvents }) => hasChangeEvents)
    if (topic === allChanges) return new Set(published.map(({ name }) => name))
    const own = published.find(({ name }) => topic === `/data/${changeEventName(name)}`)
    return own === undefined ? null : new Set([own.name])
  }

  const afterRoundTrip =
    <T>(callback: sendUnaryData<T>): sendUnaryData<T> =>
    (...answer) =>
      setTimeout(() => callback(...answer), 2 * halfWayMs)

  const server = new Server({ "grpc.max_send_message_length": -1 })
  server.addService(pubsubService, {
    GetTopic(call: ServerUnaryCall<{ topic_name: string }, TopicInfo>, answer: sendUnaryData<TopicInfo>) {
      const callback = afterRoundTrip(answer)
      const problem = refused(call, "GetTopic")
      if (problem) return callback(problem)
      const { topic_name } = call.request
      const objects = objectsOf(topic_name)
      if (!objects) {
        const message = `The topic information for org ${org.id} and topic ${topic_name} not found or not permitted.`
        return callback(salesforceError(status.NOT_FOUND, "topic.not.found", message, "GetTopic"))
      }
      const [object] = objects
      const schema_id = topic_name === allChanges || !object ? "" : log.schemaOf(object).id
      const rights = { can_publish: false, can_subscribe: true }
      callback(null, {
        topic_name,
        tenant_guid: `core/simulated/${org.id}`,
        ...rights,
        schema_id,
        rpc_id: randomUUID(),
      })
    },

    GetSchema(call: ServerUnaryCall<{ schema_id: string }, SchemaInfo>, answer: sendUnaryData<SchemaInfo>) {
      const callback = afterRoundTrip(answer)
      const problem = refused(call, "GetSchema")
      if (problem) return callback(problem)
      const fault = org.faults.strike("pubsub.schema-unavailable", () => true)?.settings
      if (fault) return callback(salesforceError(fault.status, fault.code, fault.message, "GetSchema"))
      const { schema_id } = call.request
      const schema = log.schemaById(schema_id)
      if (!schema) {
        const what = schema_id ? "does not exist" : "can't be blank"
        const message = `Schema validation failed. The schema ID ${what}.`
        return callback(
          salesforceError(status.INVALID_ARGUMENT, "schema.validation.failed", message, "GetSchema"),
        )
      }
      callback(null, { schema_json: schema.json, schema_id, rpc_id: randomUUID() })
    },

    Subscribe(call: ServerDuplexStream<FetchRequest, FetchResponse>) {
      const context = { org, log, objectsOf, keepaliveMs, halfWayMs }
      const subscriber: Subscriber = new Subscriber(call, context, () => subscribers.delete(subscriber))
      subscribers.add(subscriber)
      const problem = refused(call, "Subscribe")
      if (problem) subscriber.end(problem)
    },
  })

  const pair = { private_key: Buffer.from(key), cert_chain: Buffer.from(cert) }
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createSsl(null, [pair]), (error, at) =>
      error ? reject(error) : resolve(at),
    )
  })
  return {
    endpoint: `127.0.0.1:${bound}`,
    log,
    openStreams: () => subscribers.size,
    endStreams() {
      for (const subscriber of [...subscribers]) subscriber.end()
    },
    async close() {
      log.close()
      server.forceShutdown()
    },
  }
}
