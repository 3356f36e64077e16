import { createPrivateKey, X509Certificate } from "node:crypto"
import { readFileSync } from "node:fs"
import { z } from "zod"
import { readTemplates } from "./key_templates.ts"

/** One environment variable: what `--help`, docs/configuration.md and the checks at start all read. */
export interface Variable<T = unknown> {
  /** What it is for, in one line. */
  meaning: string
  /** Unit of the number, where there is one. */
  unit?: string
  /** Another spelling, which counts first: the lower case of what other programs read as well. */
  alias?: string
  /** Value taken when it is unset or empty, written as in the environment. */
  default?: string
  /** Never printed; `NAME_FILE` may name a file that holds it. */
  secret?: true
  /** Checks and converts the text. Its messages never contain the value. */
  schema: z.ZodType<T, string>
}

const text = z.string()

function whole(min: number, max: number) {
  return text
    .refine((value) => /^\d+$/.test(value) && Number(value) >= min && Number(value) <= max, {
      error: `must be a whole number from ${min} to ${max}`,
    })
    .transform(Number)
}

/** Seconds or minutes as written, milliseconds as the code uses them. */
function duration(unitMs: number, min: number, max: number) {
  return whole(min, max).transform((value) => value * unitMs)
}

const onOff = text
  .toLowerCase()
  .refine((value) => /^(1|0|true|false|on|off|yes|no)$/.test(value), { error: "must be on or off" })
  .transform((value) => /^(1|true|on|yes)$/.test(value))

function urlOf(protocols: string[], like: string) {
  return text.refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
    error: `must look like ${like}`,
  })
}

/** Hosts that only this machine reaches, as in a URL or bare. */
export const loopback = /^(localhost|127(\.\d+){3}|\[::1\]|::1)$/

const loginUrl = urlOf(["https:", "http:"], "https://login.salesforce.com")
  .refine((value) => !value.startsWith("http:") || loopback.test(new URL(value).hostname), {
    error: "must be https:// (http:// is allowed on this machine only: credentials travel on it)",
  })
  .transform((value) => value.replace(/\/+$/, ""))

const proxyUrl = text
  .transform((value) => (/^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`))
  .pipe(urlOf(["http:"], "http://proxy.example:3128 (gRPC goes through no proxy of another kind)"))

const privateKey = text
  // Env files often hold the line breaks of a PEM as \n.
  .transform((value) => value.replaceAll("\\n", "\n"))
  .refine(
    (value) => {
      try {
        return createPrivateKey(value).asymmetricKeyType === "rsa"
      } catch {
        return false
      }
    },
    { error: "is not an RSA private key in PEM form without a passphrase (-----BEGIN PRIVATE KEY----- ...)" },
  )

const certificateFile = text.transform((path, context) => {
  try {
    const pem = readFileSync(path, "utf8")
    new X509Certificate(pem)
    return pem
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const reason =
      code === "ENOENT" ? "no such file" : code === "EACCES" ? "not readable" : "no PEM certificate in it"
    context.addIssue({ code: "custom", message: `names the file ${path}: ${reason}` })
    return z.NEVER
  }
})

const topics = text
  .transform((value) =>
    value
      .split(",")
      .map((topic) => topic.trim())
      .filter(Boolean),
  )
  .refine((list) => list.length > 0 && list.every((topic) => /^\/(data|event)\/\w+$/.test(topic)), {
    error: "must be a comma list of topics such as /data/Product2ChangeEvent,/data/AccountChangeEvent",
  })

/**
 * Every variable the program reads, by name. Secrets can also come from a file named by `NAME_FILE`.
 * Users rely on the names; durations are converted to milliseconds.
 */
export const variables = {
  DATABASE_URL: {
    meaning: "Postgres 16 to 18 that holds the shadow tables, as a direct connection (no transaction pooler)",
    secret: true,
    schema: urlOf(["postgres:", "postgresql:"], "postgres://user:password@host:5432/database"),
  },
  REDIS_URL: {
    meaning: "Redis whose cached records are invalidated; unset: no Redis",
    secret: true,
    schema: urlOf(["redis:", "rediss:"], "redis://host:6379"),
  },
  REDIS_CLUSTER: {
    meaning: "on: REDIS_URL is a node of a Redis Cluster, whose other nodes are found from there",
    default: "off",
    schema: onOff,
  },
  REDIS_CA_FILE: { meaning: "File with an extra trusted CA (PEM), for rediss://", schema: certificateFile },
  REDIS_CONSUMER: {
    meaning: "Name of the cursor in the outbox: one for each Redis that is kept right",
    default: "redis",
    schema: text.refine((value) => /^[\w.-]{1,60}$/.test(value), {
      error: "must be 1 to 60 letters, digits, dots, dashes or underscores",
    }),
  },
  REDIS_TEMPLATES: {
    meaning: "Which keys a change clears beside the reader's, as JSON per object; see docs/caches.md",
    schema: text.transform((value, context) => {
      try {
        return readTemplates(value)
      } catch (error) {
        context.addIssue({ code: "custom", message: (error as Error).message })
        return z.NEVER
      }
    }),
  },
  SF_LOGIN_URL: {
    meaning:
      "Salesforce login host: the org's own, https://MYDOMAIN.my.salesforce.com (client credentials need it), or https://test.salesforce.com for a sandbox",
    default: "https://login.salesforce.com",
    schema: loginUrl,
  },
  SF_AUTH: {
    meaning:
      "OAuth flow: jwt or client-credentials; unset: jwt when SF_PRIVATE_KEY is set, else client-credentials",
    schema: z.enum(["jwt", "client-credentials"], { error: "must be jwt or client-credentials" }),
  },
  SF_CLIENT_ID: {
    meaning: "Consumer key of the External Client App (or of a connected app that you have)",
    schema: text,
  },
  SF_CLIENT_SECRET: { meaning: "Consumer secret, for client-credentials", secret: true, schema: text },
  SF_USERNAME: { meaning: "User the service acts as, for jwt", schema: text },
  SF_PRIVATE_KEY: {
    meaning: "RSA private key (PEM) of the certificate in the app, for jwt",
    secret: true,
    schema: privateKey,
  },
  SF_AUDIENCE: {
    meaning:
      "Audience of the assertion, for jwt; unset: by the login host, as Salesforce's own client finds it",
    schema: urlOf(["https:", "http:"], "https://test.salesforce.com"),
  },
  SF_API_VERSION: {
    meaning: "Salesforce API version",
    default: "66.0",
    schema: text
      .refine((value) => /^v?\d{2}(\.0)?$/.test(value), { error: "must look like 66.0" })
      .transform((value) => `${value.replace(/^v|\.0$/g, "")}.0`),
  },
  SF_PUBSUB_ENDPOINT: {
    meaning: "Pub/Sub API, host:port",
    default: "api.pubsub.salesforce.com:7443",
    schema: text.refine((value) => /^[^\s/:]+:\d{1,5}$/.test(value), {
      error: "must be host:port, without https://",
    }),
  },
  SF_CA_FILE: { meaning: "File with an extra trusted CA (PEM), for https and gRPC", schema: certificateFile },
  HTTPS_PROXY: {
    meaning: "Proxy for HTTPS and gRPC to Salesforce, by CONNECT; https_proxy counts first",
    alias: "https_proxy",
    secret: true,
    schema: proxyUrl,
  },
  HTTP_PROXY: {
    meaning: "The same where HTTPS_PROXY is not set; http_proxy counts first",
    alias: "http_proxy",
    secret: true,
    schema: proxyUrl,
  },
  NO_PROXY: {
    meaning:
      "Hosts reached without the proxy, comma separated; this machine always is. no_proxy counts first",
    alias: "no_proxy",
    schema: text,
  },
  SF_TOPICS: {
    meaning:
      "Pub/Sub topics, comma separated; unset: the change events of every enabled object. A channel of several objects (/data/ChangeEvents) shows what one transaction changed in them at once",
    schema: topics,
  },
  SF_DEFAULT_CURRENCY: {
    meaning: "Currency of prices in an org without multiple currencies",
    unit: "ISO 4217 code",
    schema: text.refine((value) => /^[A-Z]{3}$/.test(value), {
      error: "must be an ISO 4217 code such as EUR",
    }),
  },
  SF_SHADOW_ENABLED: {
    meaning:
      "off: every command but migrate, doctor and status does nothing and exits 0, and readers ask Salesforce first",
    default: "on",
    schema: onOff,
  },
  ENABLE_SF_SHADOW_EVENTS: {
    meaning: "on: follow change events; off: no subscription, loads only",
    default: "on",
    schema: onOff,
  },
  SF_PUBSUB_SILENCE_S: {
    meaning: "A stream without event or keepalive for this long is opened anew",
    unit: "seconds",
    default: "270",
    schema: duration(1000, 1, 3600),
  },
  SF_HTTP_IDLE_S: {
    meaning: "An HTTP answer of Salesforce without a byte for this long is given up and tried again",
    unit: "seconds",
    default: "60",
    schema: duration(1000, 1, 1200),
  },
  SF_BULK_POLL_MS: {
    meaning: "Time between two looks at a running bulk job; the first ones come sooner",
    unit: "milliseconds",
    default: "2000",
    schema: whole(10, 600_000),
  },
  SF_BULK_STALL_S: {
    meaning: "A bulk job without progress for this long is aborted and made anew, three times at the most",
    unit: "seconds",
    default: "7200",
    schema: duration(1000, 1, 604_800),
  },
  SF_BULK_PAGE_ROWS: {
    meaning: "Rows per page of a bulk job's result; one page is one transaction",
    unit: "rows",
    default: "50000",
    schema: whole(1, 1_000_000),
  },
  SF_DELTA_OVERLAP_MIN: {
    meaning: "How far a delta reaches back before the last one, for transactions that committed late",
    unit: "minutes",
    default: "15",
    schema: duration(60_000, 0, 1440),
  },
  SF_MARGIN_S: {
    meaning: "Visibility lag plus truncated seconds plus clock error of Salesforce; too small loses changes",
    unit: "seconds",
    default: "10",
    schema: duration(1000, 0, 600),
  },
  SF_PUBLISH_DELAY_S: {
    meaning: "Longest time from a commit in Salesforce to its event; stated freshness allows for it",
    unit: "seconds",
    default: "60",
    schema: duration(1000, 0, 3600),
  },
  LOAD_CONCURRENCY: {
    meaning:
      "Loads whose pages are merged at the same time, of all processes on the database; each takes a job's place",
    default: "3",
    schema: whole(1, 20),
  },
  WORKER_CONCURRENCY: {
    meaning: "Jobs at the same time in one process, beside the one that follows events",
    default: "4",
    schema: whole(1, 100),
  },
  HTTP_HOST: {
    meaning: "Address that HTTP answers on; any but this machine's own (127.0.0.1, ::1) needs HTTP_TOKEN",
    default: "127.0.0.1",
    schema: text,
  },
  HTTP_PORT: { meaning: "Port of the same; 0: any free one", default: "9464", schema: whole(0, 65_535) },
  HTTP_TOKEN: {
    meaning: "What HTTP requests must show as Authorization: Bearer; /healthz and /readyz answer without it",
    secret: true,
    schema: text.refine((value) => /^[\w.~+/-]{20,}=*$/.test(value), {
      error: "must be at least 20 letters and digits, for instance from: openssl rand -hex 32",
    }),
  },
  LOG_LEVEL: {
    meaning: "trace, debug, info, warn, error or silent; debug adds stack traces to errors",
    default: "info",
    schema: z.enum(["trace", "debug", "info", "warn", "error", "silent"], {
      error: "must be trace, debug, info, warn, error or silent",
    }),
  },
  SF_SHADOW_DATA_DIR: { meaning: "Folder of the demo's database", default: ".data", schema: text },
} as const satisfies Record<string, Variable>

export type VariableName = keyof typeof variables
