import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import { errors, importSPKI, jwtVerify } from "jose"
import type { Org } from "../org/org.ts"
import type { Sessions } from "./sessions.ts"

/** The connected app and user that may log in. */
export interface ConnectedApp {
  clientId: string
  clientSecret: string
  username: string
  /** PEM of the public key (SPKI) whose private key signs JWT assertions. */
  publicKey: string
}

/** A refusal of the token endpoint: an object, unlike the arrays of the REST API. */
class OAuthError extends Error {
  readonly error: string

  constructor(error: string, description: string) {
    super(description)
    this.error = error
  }
}

const jwtGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
/** Salesforce wants `exp` within five minutes; half a minute more allows for the clock's skew. */
const latestExpiryS = 330
const grantedScope = "api refresh_token"

/** The OAuth endpoints: token (client credentials, JWT bearer), revoke, userinfo and the identity URL. */
export function oauthRoutes(
  server: FastifyInstance,
  context: {
    org: Org
    app: ConnectedApp
    sessions: Sessions
    loginUrl: () => string
    instanceUrl: () => string
  },
): void {
  const { org, app, sessions, instanceUrl } = context
  const identityUrl = () => `${instanceUrl()}/id/${org.id}/${org.integrationUserId}`

  server.post("/services/oauth2/token", async (request, reply) => {
    const form = (request.body ?? {}) as Record<string, string>
    try {
      await grant(form, request, context)
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error
      return reply.code(400).send({ error: error.error, error_description: error.message })
    }
    return {
      access_token: sessions.issue(),
      signature: Buffer.from(org.id).toString("base64"),
      scope: grantedScope,
      instance_url: instanceUrl(),
      id: identityUrl(),
      token_type: "Bearer",
      issued_at: String(Math.floor(org.now())),
    }
  })

  server.post("/services/oauth2/revoke", async (request) => {
    sessions.revoke(((request.body ?? {}) as Record<string, string>).token ?? "")
    return ""
  })

  const user = () => ({
    user_id: org.integrationUserId,
    organization_id: org.id,
    preferred_username: app.username,
    nickname: "Integration",
    name: "Integration User",
    email: app.username,
    active: true,
    user_type: "STANDARD",
    language: "en_US",
    locale: "en_US",
  })
  const userinfo = async (request: FastifyRequest, reply: FastifyReply) => {
    const token = bearer(request)
    if (!sessions.isValid(token)) return reply.code(403).type("text/html").send("Bad_OAuth_Token")
    return { ...user(), sub: identityUrl() }
  }
  server.route({ method: ["GET", "POST"], url: "/services/oauth2/userinfo", handler: userinfo })
  server.get("/id/:organization/:user", async (request, reply) => {
    if (!sessions.isValid(bearer(request))) return reply.code(403).type("text/html").send("Bad_OAuth_Token")
    return {
      ...user(),
      id: identityUrl(),
      username: app.username,
      urls: { rest: `${instanceUrl()}/services/data/v{version}/` },
    }
  })
}

/** The access token of a request, "" without one. */
export function bearer(request: FastifyRequest): string {
  return /^(?:Bearer|OAuth) (.+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? ""
}

async function grant(
  form: Record<string, string>,
  request: FastifyRequest,
  context: { org: Org; app: ConnectedApp; loginUrl: () => string },
): Promise<void> {
  if (form.grant_type === "client_credentials") return clientCredentials(form, request, context.app)
  if (form.grant_type === jwtGrant) return jwtBearer(form.assertion ?? "", context)
  throw new OAuthError("unsupported_grant_type", "grant type not supported")
}

function clientCredentials(form: Record<string, string>, request: FastifyRequest, app: ConnectedApp): void {
  const basic = /^Basic (.+)$/i.exec(request.headers.authorization ?? "")?.[1]
  const [id, secret] = basic === undefined ? [] : Buffer.from(basic, "base64").toString().split(":")
  if ((form.client_id ?? id) !== app.clientId)
    throw new OAuthError("invalid_client_id", "client identifier invalid")
  if ((form.client_secret ?? secret) !== app.clientSecret)
    throw new OAuthError("invalid_client", "invalid client credentials")
}

async function jwtBearer(
  assertion: string,
  { org, app, loginUrl }: { org: Org; app: ConnectedApp; loginUrl: () => string },
): Promise<void> {
  const audience = [loginUrl(), "https://login.salesforce.com", "https://test.salesforce.com"]
  try {
    const key = await importSPKI(app.publicKey, "RS256")
    const { payload } = await jwtVerify(assertion, key, {
      algorithms: ["RS256"],
      audience: [...audience, ...audience.map((url) => `${url}/services/oauth2/token`)],
      requiredClaims: ["iss", "sub", "aud", "exp"],
      currentDate: new Date(org.now()),
    })
    if (payload.iss !== app.clientId) throw new OAuthError("invalid_client_id", "client identifier invalid")
    if (payload.sub !== app.username)
      throw new OAuthError("invalid_grant", "user hasn't approved this consumer")
    if ((payload.exp ?? 0) - org.now() / 1000 > latestExpiryS)
      throw new OAuthError("invalid_grant", "invalid assertion")
  } catch (error) {
    if (error instanceof errors.JWTExpired)
      throw new OAuthError("invalid_grant", "expired authorization code")
    if (error instanceof errors.JWTClaimValidationFailed && error.claim === "aud") {
      throw new OAuthError("invalid_grant", "audience is invalid")
    }
    if (error instanceof errors.JOSEError) throw new OAuthError("invalid_grant", "invalid assertion")
    throw error
  }
}
