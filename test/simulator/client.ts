import { Agent, type Dispatcher, request } from "undici"
import { Org } from "../../src/simulator/org/org.ts"
import { type SeedSize, seedCatalogue } from "../../src/simulator/org/seed.ts"
import { type Simulator, type SimulatorOptions, startSimulator } from "../../src/simulator/start.ts"

/** A plain HTTP client of one simulated org, logged in with client credentials. */
export interface Client {
  simulator: Simulator
  dispatcher: Agent
  /** Sends a request to a path below `/services/data/v66.0`, or to another path of the org. */
  send(path: string, options?: SendOptions): Promise<Answer>
  get<T>(path: string): Promise<T>
  post<T>(path: string, body: unknown): Promise<T>
  /** Ends the org and the client's sockets. */
  close(): Promise<void>
  query<T>(soql: string): Promise<{ totalSize: number; done: boolean; nextRecordsUrl?: string; records: T[] }>
}

export interface SendOptions {
  method?: Dispatcher.HttpMethod
  headers?: Record<string, string>
  body?: string
}

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}

/** Starts a simulated org for a test file, filled with a catalogue of that size, with a client. */
export async function startWithClient(options: SimulatorOptions & Partial<SeedSize>): Promise<Client> {
  const org = new Org(options)
  const { products = 0, pricebooks = 0, accounts = 0 } = options
  seedCatalogue(org, { products, pricebooks, accounts })
  const simulator = await startSimulator({ ...options, org })
  const dispatcher = new Agent({ connect: { ca: simulator.ca } })
  const { clientId, clientSecret } = simulator.credentials
  const form = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret }
  const login = await requestToken({ simulator, dispatcher }, form)
  const { access_token } = JSON.parse(login.text) as { access_token: string }

  async function send(
    path: string,
    { method = "GET", headers = {}, body }: SendOptions = {},
  ): Promise<Answer> {
    const url = simulator.loginUrl + (path.startsWith("/services") ? path : `/services/data/v66.0${path}`)
    const answer = await request(url, {
      dispatcher,
      method,
      headers: { authorization: `Bearer ${access_token}`, "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body }),
    })
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() }
  }
  async function parsed<T>(answer: Promise<Answer>): Promise<T> {
    const { status, text } = await answer
    if (status >= 300) throw new Error(`${status} ${text}`)
    return JSON.parse(text) as T
  }
  return {
    simulator,
    dispatcher,
    async close() {
      await simulator.close()
      await dispatcher.destroy()
    },
    send,
    get: (path) => parsed(send(path)),
    post: (path, body) => parsed(send(path, { method: "POST", body: JSON.stringify(body) })),
    query: (soql) => parsed(send(`/query?${new URLSearchParams({ q: soql })}`)),
  }
}

/** Logs in with what the form says. */
export async function requestToken(
  { simulator, dispatcher }: Pick<Client, "simulator" | "dispatcher">,
  form: Record<string, string>,
): Promise<Answer> {
  const answer = await request(`${simulator.loginUrl}/services/oauth2/token`, {
    dispatcher,
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(form).toString(),
  })
  return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() }
}

/** Creates a query job and waits until it has ended; returns its info. */
export async function runJob(client: Client, query: string, operation = "query"): Promise<JobInfo> {
  const { id } = await client.post<JobInfo>("/jobs/query", { operation, query, contentType: "CSV" })
  for (;;) {
    const info = await client.get<JobInfo>(`/jobs/query/${id}`)
    if (!["UploadComplete", "InProgress"].includes(info.state)) return info
  }
}

export interface JobInfo {
  id: string
  state: string
  numberRecordsProcessed: number
  errorMessage?: string
}
