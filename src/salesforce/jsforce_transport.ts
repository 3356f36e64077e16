import { PassThrough } from "node:stream"
import type { HttpRequest, HttpResponse } from "jsforce"
import { Transport } from "jsforce/lib/transport.js"
import { StreamPromise } from "jsforce/lib/util/promise.js"
import { SalesforceError } from "./errors.ts"
import type { SalesforceHttp } from "./http.ts"

const methods = ["GET", "POST", "PATCH", "DELETE"] as const

/**
 * jsforce's requests, sent as the session sends its own. jsforce's transport cannot be given a CA for one
 * connection (its `setDispatcher` holds for the whole process, and a proxy variable switches it off), repeats
 * a request for ever on a permanent 401, ignores Retry-After, and times out after 30 minutes only.
 * A 401 never reaches jsforce, so it needs no `refreshFn` and its errors stay SalesforceErrors.
 */
export class SessionTransport extends Transport {
  #http: SalesforceHttp

  constructor(http: SalesforceHttp) {
    super()
    this.#http = http
  }

  override httpRequest(request: HttpRequest): StreamPromise<HttpResponse> {
    // jsforce wants a stream beside the promise; nobody reads it, as bodies are read whole.
    return StreamPromise.create(() => ({ stream: new PassThrough(), promise: this.#send(request) }))
  }

  async #send(request: HttpRequest): Promise<HttpResponse> {
    // Only the path counts: host and token are the session's, and may have changed since jsforce built this.
    const { pathname, search } = new URL(request.url, "https://instance.invalid")
    const purpose = `${request.method} ${pathname}`
    const method = methods.find((known) => known === request.method)
    if (!method || (request.body != null && typeof request.body !== "string")) {
      throw new SalesforceError(`${purpose}: this session sends JSON texts only`, {
        code: "UNSUPPORTED_REQUEST",
        retryable: false,
      })
    }
    const { Authorization: _token, "content-length": _length, ...headers } = request.headers ?? {}
    const answer = await this.#http.send({
      headers,
      method,
      path: pathname + search,
      purpose,
      ...(request.body == null ? {} : { body: request.body }),
    })
    return { statusCode: answer.status, headers: answer.headers, body: answer.text }
  }
}
