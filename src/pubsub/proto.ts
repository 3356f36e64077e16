import { fileURLToPath } from "node:url"
import { makeClientConstructor, type ServiceClientConstructor } from "@grpc/grpc-js"
import { loadSync, type ServiceDefinition } from "@grpc/proto-loader"

/** `eventbus.v1.ProducerEvent`: one event as it was put on the bus. */
export interface ProducerEvent {
  /** UUID; the same again when the bus delivers an event twice under two replay ids. */
  id: string
  schema_id: string
  payload: Buffer
}

/** `eventbus.v1.ConsumerEvent`. Replay ids are opaque bytes, 10 of them in real orgs. */
export interface ConsumerEvent {
  event: ProducerEvent | null
  replay_id: Buffer
}

/** `eventbus.v1.ReplayPreset`; CUSTOM starts after the given replay id. */
export type ReplayPreset = "LATEST" | "EARLIEST" | "CUSTOM"

/** `eventbus.v1.FetchRequest`; topic and replay count in the first request of a stream only. */
export interface FetchRequest {
  topic_name?: string
  replay_preset?: ReplayPreset
  replay_id?: Buffer
  num_requested: number
}

/** `eventbus.v1.FetchResponse`; without events it is a keepalive. */
export interface FetchResponse {
  events: ConsumerEvent[]
  latest_replay_id: Buffer
  rpc_id: string
  /** Events the server still owes for the requests it has seen. */
  pending_num_requested: number
}

/** `eventbus.v1.TopicInfo`; `schema_id` is blank for channels of several objects. */
export interface TopicInfo {
  topic_name: string
  tenant_guid: string
  can_publish: boolean
  can_subscribe: boolean
  schema_id: string
  rpc_id: string
}

/** `eventbus.v1.SchemaInfo`; `schema_json` is an Avro schema. */
export interface SchemaInfo {
  schema_json: string
  schema_id: string
  rpc_id: string
}

const client = import.meta.resolve("salesforce-pubsub-api-client")
const definition = loadSync(fileURLToPath(new URL("../pubsub_api.proto", client)), {
  keepCase: true,
  longs: String,
  enums: String,
  defaults: true,
})

/** The `PubSub` service of `pubsub_api.proto`: 64-bit numbers are strings, bytes are Buffers. */
export const pubsubService = definition["eventbus.v1.PubSub"] as ServiceDefinition

/** Untyped gRPC client of the service; `channel.ts` puts types on it. */
export const PubSubStub: ServiceClientConstructor = makeClientConstructor(pubsubService, "PubSub")
