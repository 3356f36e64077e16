import { createPrivateKey, type KeyObject } from "node:crypto"
import { SignJWT } from "jose"
import type { SalesforceConfig } from "../base/salesforce_config.ts"
import { SalesforceError } from "./errors.ts"
import { type ExchangeContext, exchangeText } from "./exchange.ts"
import { jwtAudiences } from "./jwt_audience.ts"
import { explained, isAudienceRefused } from "./login_refusal.ts"

/** Where the service logs in, and how. `privateKey` is PEM, PKCS #8 or PKCS #1. */
export type LoginConfig = Pick<
  SalesforceConfig,
  "loginUrl" | "auth" | "clientId" | "clientSecret" | "username" | "privateKey" | "audience"
>

/** What a login yields. */
export interface Login {
  accessToken: string
  /** Origin of the org's REST API. */
  instanceUrl: string
  /** 18-character organization id. */
  tenantId: string
  userId: string
}

const purpose = "Login to Salesforce"
const jwtGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
// Salesforce wants 3 to 5 minutes at most (its pages disagree); 3 is within both.
const assertionLifetimeS = 180
const clockToleranceMs = 30_000

/**
 * Logs in by client credentials or by JWT bearer
 * (https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_jwt_flow.htm).
 * Fails with a SalesforceError that names the variable to look at.
 * @param now Salesforce's time as far as it is known, epoch ms; every answer may correct it
 */
export async function logIn(
  config: LoginConfig,
  context: ExchangeContext,
  now: () => number,
): Promise<Login> {
  const askedAt = now()
  try {
    return await requestToken(config, context, askedAt)
  } catch (error) {
    if (!(error instanceof SalesforceError)) throw error
    // An assertion dated by a wrong local clock is refused; the refusal itself tells the right time.
    const misdated = error.code === "invalid_grant" && Math.abs(now() - askedAt) > clockToleranceMs
    if (config.auth === "jwt" && misdated) return requestToken(config, context, now())
    throw error
  }
}

async function requestToken(config: LoginConfig, context: ExchangeContext, now: number): Promise<Login> {
  if (config.auth !== "jwt") return exchangeForm(config, context, clientCredentialsForm(config))
  const audiences = config.audience === undefined ? jwtAudiences(config.loginUrl) : [config.audience]
  for (const [place, audience] of audiences.entries()) {
    try {
      return await exchangeForm(config, context, await jwtForm(config, now, audience))
    } catch (error) {
      const isLast = place === audiences.length - 1
      if (isLast || !(error instanceof SalesforceError) || !isAudienceRefused(error)) throw error
    }
  }
  throw new RangeError("no audience")
}

async function exchangeForm(
  config: LoginConfig,
  context: ExchangeContext,
  form: URLSearchParams,
): Promise<Login> {
  // An Experience Cloud site has a path, below which its token endpoint is.
  const url = new URL(`${config.loginUrl.replace(/\/+$/, "")}/services/oauth2/token`)
  const headers = { accept: "application/json", "content-type": "application/x-www-form-urlencoded" }
  const answer = await exchangeText(
    {
      method: "POST",
      target: () => ({ url, headers }),
      body: form.toString(),
      purpose,
      variable: "SF_LOGIN_URL",
      // Asking twice for a token does no harm. A wrong address should be reported at once.
      repeatForMs: 15_000,
      onlyRefused: false,
      repeatConnect: false,
    },
    context,
  ).catch((error: unknown) => {
    throw error instanceof SalesforceError ? explained(error, config) : error
  })
  return parseLogin(answer.body, url.host)
}

function clientCredentialsForm(config: LoginConfig): URLSearchParams {
  return new URLSearchParams({
    grant_type: "client_credentials",
    client_id: config.clientId,
    client_secret: required(config.clientSecret, "SF_CLIENT_SECRET", config.auth),
  })
}

async function jwtForm(config: LoginConfig, now: number, audience: string): Promise<URLSearchParams> {
  const key = parsePrivateKey(required(config.privateKey, "SF_PRIVATE_KEY", config.auth))
  const username = required(config.username, "SF_USERNAME", config.auth)
  const assertion = await new SignJWT()
    .setProtectedHeader({ alg: "RS256" })
    .setIssuer(config.clientId)
    .setSubject(username)
    .setAudience(audience)
    .setExpirationTime(Math.floor(now / 1_000) + assertionLifetimeS)
    .sign(key)
  return new URLSearchParams({ grant_type: jwtGrant, assertion })
}

function parsePrivateKey(pem: string): KeyObject {
  let key: KeyObject
  try {
    // Variables set on one line carry their line breaks as the two characters \n.
    key = createPrivateKey(pem.replaceAll("\\n", "\n"))
  } catch {
    throw badKey("is not a private key in PEM form without a passphrase")
  }
  if (key.asymmetricKeyType === "rsa") return key
  throw badKey(`is a key of type ${key.asymmetricKeyType}; Salesforce takes RSA keys`)
}

function badKey(what: string): SalesforceError {
  return new SalesforceError(
    `${purpose}: SF_PRIVATE_KEY ${what}. It is the key of the certificate uploaded to the External Client App`,
    { code: "INVALID_PRIVATE_KEY", retryable: false },
  )
}

function required(value: string | undefined, variable: string, auth: string): string {
  if (value) return value
  throw new SalesforceError(`${purpose}: ${variable} is not set; SF_AUTH=${auth} needs it`, {
    code: "MISSING_CONFIGURATION",
    retryable: false,
  })
}

function parseLogin(text: string, host: string): Login {
  let body: Record<string, unknown> | undefined
  try {
    body = JSON.parse(text)
  } catch {
    body = undefined
  }
  const token = body?.access_token
  const instanceUrl = body?.instance_url
  const identity = /\/id\/(00D[A-Za-z0-9]{15})\/(005[A-Za-z0-9]{12,15})$/.exec(String(body?.id ?? ""))
  if (typeof token === "string" && typeof instanceUrl === "string" && URL.canParse(instanceUrl) && identity) {
    return { accessToken: token, instanceUrl, tenantId: `${identity[1]}`, userId: `${identity[2]}` }
  }
  // The body may hold a token, so it is not quoted.
  const what = body
    ? "an answer without access_token, instance_url or a full id"
    : "something that is not JSON"
  throw new SalesforceError(
    `${purpose}: ${host} answered with ${what}; check that SF_LOGIN_URL is a Salesforce login host`,
    { code: "INVALID_LOGIN_ANSWER", status: 200, retryable: false },
  )
}
