import { isIP } from "node:net"
import { checkServerIdentity, getCACertificates, type PeerCertificate } from "node:tls"
import {
  type ChannelOptions,
  type Client,
  type ClientDuplexStream,
  credentials as grpcCredentials,
  Metadata,
  type ServiceError,
  status,
} from "@grpc/grpc-js"
import { isProxied, type ProxyConfig } from "../base/proxy.ts"
import {
  type FetchRequest,
  type FetchResponse,
  PubSubStub,
  type SchemaInfo,
  type TopicInfo,
} from "./proto.ts"

/** What the Pub/Sub API wants in the metadata of every call. */
export interface PubsubCredentials {
  accessToken: string
  instanceUrl: string
  /** 18-character organization id. */
  tenantId: string
}

/** A running Subscribe call. */
export type SubscribeCall = ClientDuplexStream<FetchRequest, FetchResponse>

/** A batch may hold 100 events of 1 MB at the very worst; real ones stay far below this. */
const receiveLimitBytes = 16 * 1024 * 1024

const unaryDeadlineMs = 30_000

type Unary<Answer> = (
  request: object,
  metadata: Metadata,
  options: { deadline: number },
  callback: (error: ServiceError | null, answer: Answer) => void,
) => { cancel(): void }

type Stub = Client & {
  Subscribe(metadata: Metadata): SubscribeCall
  GetTopic: Unary<TopicInfo>
  GetSchema: Unary<SchemaInfo>
}

const channels = new Map<string, PubsubChannel>()

/** The HTTP/2 connection to one Pub/Sub endpoint, shared by all subscriptions of the process. */
export class PubsubChannel {
  readonly #key: string
  readonly #endpoint: string
  readonly #ca: string | undefined
  readonly #proxy: ProxyConfig | undefined
  #users = 0
  #stub: Stub

  private constructor(key: string, endpoint: string, ca?: string, proxy?: ProxyConfig) {
    this.#key = key
    this.#endpoint = endpoint
    this.#ca = ca
    this.#proxy = proxy
    this.#stub = this.#connect()
  }

  /**
   * The process's channel to `endpoint` ("host:port"); give it back with `release`.
   *
   * @param ca PEM of an extra trusted certificate authority, beside the well-known ones
   * @param proxy what the connection goes through, unless `endpoint` is an exception
   */
  static acquire(endpoint: string, ca?: string, proxy?: ProxyConfig): PubsubChannel {
    const key = JSON.stringify([endpoint, ca, proxy])
    const channel = channels.get(key) ?? new PubsubChannel(key, endpoint, ca, proxy)
    channels.set(key, channel)
    channel.#users++
    return channel
  }

  /** Closes the connection when its last user has released it. */
  release(): void {
    if (--this.#users > 0) return
    channels.delete(this.#key)
    this.#stub.close()
  }

  /**
   * New calls get a new connection; calls under way keep theirs. For a connection that swallows everything:
   * the operating system would take a quarter of an hour to notice.
   */
  replaceConnection(): void {
    const silent = this.#stub
    this.#stub = this.#connect()
    silent.close()
  }

  /** Opens a Subscribe call. */
  subscribe(credentials: PubsubCredentials): SubscribeCall {
    return this.#stub.Subscribe(metadataOf(credentials))
  }

  /** GetTopic. The schema id is blank for `/data/ChangeEvents` and other channels of several objects. */
  getTopic(topic: string, credentials: PubsubCredentials): Promise<TopicInfo> {
    return this.#unary<TopicInfo>("GetTopic", { topic_name: topic }, credentials)
  }

  /** GetSchema: the Avro schema of a schema id. */
  getSchema(schemaId: string, credentials: PubsubCredentials, signal?: AbortSignal): Promise<SchemaInfo> {
    return this.#unary<SchemaInfo>("GetSchema", { schema_id: schemaId }, credentials, signal)
  }

  #unary<Answer>(
    method: "GetTopic" | "GetSchema",
    request: object,
    credentials: PubsubCredentials,
    signal?: AbortSignal,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      const rpc = this.#stub[method].bind(this.#stub) as Unary<Answer>
      const deadline = Date.now() + unaryDeadlineMs
      const call = rpc(request, metadataOf(credentials), { deadline }, (error, answer) => {
        signal?.removeEventListener("abort", cancel)
        if (error?.code === status.DEADLINE_EXCEEDED) this.replaceConnection()
        if (error) reject(error)
        else resolve(answer)
      })
      const cancel = () => call.cancel()
      signal?.addEventListener("abort", cancel, { once: true })
    })
  }

  #connect(): Stub {
    const roots = this.#ca ? Buffer.from([...getCACertificates(), this.#ca].join("\n")) : null
    const host = this.#endpoint.replace(/:\d+$/, "")
    const verify = {
      checkServerIdentity: (_: string, cert: PeerCertificate) => checkServerIdentity(host, cert),
    }
    const options: ChannelOptions = {
      "grpc.max_receive_message_length": receiveLimitBytes,
      // Otherwise a replaced connection would be taken up again from the process-wide pool.
      "grpc.use_local_subchannel_pool": 1,
      ...this.#tunnel(host),
      // TLS has no server name for an IP address; the certificate is checked against the address all the same.
      ...(isIP(host) > 0 && { "grpc.ssl_target_name_override": "localhost" }),
    }
    const credentials = grpcCredentials.createSsl(roots, null, null, verify)
    const target = options["grpc.http_connect_target"] && this.#proxy ? new URL(this.#proxy.url) : null
    const address = target ? `dns:${target.hostname}:${target.port || 80}` : this.#endpoint
    return new PubSubStub(address, credentials, options) as unknown as Stub
  }

  /**
   * grpc-js's own reading of the environment is switched off: it knows the lower-case variables only, goes on without
   * the proxy where it cannot use it, and takes NO_PROXY for a list of endings. These are the options that it sets itself.
   */
  #tunnel(host: string): ChannelOptions {
    const none = { "grpc.enable_http_proxy": 0 }
    const proxy = this.#proxy
    if (proxy === undefined || !isProxied(proxy, host, Number(this.#endpoint.split(":").at(-1)))) return none
    const { username, password } = new URL(proxy.url)
    return {
      ...none,
      "grpc.http_connect_target": `dns:${this.#endpoint}`,
      "grpc.default_authority": host,
      ...(username === ""
        ? {}
        : { "grpc.http_connect_creds": decodeURIComponent(`${username}:${password}`) }),
    }
  }
}

function metadataOf({ accessToken, instanceUrl, tenantId }: PubsubCredentials): Metadata {
  const metadata = new Metadata()
  metadata.set("accesstoken", accessToken)
  metadata.set("instanceurl", instanceUrl)
  metadata.set("tenantid", tenantId)
  return metadata
}
