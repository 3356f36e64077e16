import type { SalesforceError } from "./errors.ts"
import type { LoginConfig } from "./login.ts"

/** A refusal of the token endpoint, as it is told from others, and what to do about it. */
interface LoginRefusal {
  /** Tested against `error: error_description`, as Salesforce writes them. */
  said: RegExp
  auth?: LoginConfig["auth"]
  next: string
  /** It passes by itself: when the next login is worth a try, ms. */
  passesInMs?: number
}

const app = "the External Client App (or the connected app that you have)"

/** Every refusal that is known, first match first. One that is not is shown in Salesforce's words alone. */
const refusals: LoginRefusal[] = [
  {
    said: /login rate exceeded|rate_limit_exceeded/i,
    next: "this user logs in too often (3,600 times an hour at the most), from all programs together; it is tried again by itself",
    passesInMs: 60_000,
  },
  {
    said: /ip restricted/i,
    next: "let this machine's address in: Login IP Ranges of the user's profile, or the IP relaxation in the app's policies",
  },
  {
    said: /app_not_found|client app is not installed|cross-org oauth/i,
    next: "the org behind SF_LOGIN_URL has no app with this SF_CLIENT_ID: log in at that org's own host (https://MYDOMAIN.my.salesforce.com, not login or test), or create or install the External Client App there",
  },
  {
    said: /not supported on this domain/i,
    next: "set SF_LOGIN_URL to the org's own host, https://MYDOMAIN.my.salesforce.com: client credentials are not taken at login or test.salesforce.com",
  },
  {
    said: /no client credentials user/i,
    next: `enable the client credentials flow in ${app} and name the user it runs as (Policies, Run As)`,
  },
  {
    said: /unsupported_grant_type|grant type not supported|flow is not enabled|invalid flow/i,
    next: `enable the flow of SF_AUTH (JWT bearer, or client credentials) in ${app}`,
  },
  {
    said: /hasn't approved|invalid_app_access|not admin approved|user_consumer_not_approved/i,
    next: `pre-authorize the user for ${app}: by a profile or permission set, with "Admin approved users are pre-authorized"`,
  },
  {
    said: /app[_ ]blocked|uninstalled connected app|oauth_approval_error/i,
    next: "an administrator has blocked the app, or it is a connected app that is not installed: Setup, Connected Apps OAuth Usage",
  },
  {
    said: /inactive[_ ]user|user is inactive/i,
    next: "activate the user again in Setup, Users, or name another",
  },
  {
    said: /user (is )?(locked|frozen)|locked out/i,
    next: "unlock or unfreeze the user in Setup, Users",
  },
  {
    said: /inactive[_ ]org|organization is/i,
    next: "the org itself is locked or has expired: ask Salesforce",
  },
  {
    said: /expired authorization code|assertion.*expired/i,
    auth: "jwt",
    next: "the assertion's time is not Salesforce's: synchronise this machine's clock by NTP",
  },
  {
    said: /audience/i,
    auth: "jwt",
    next: "set SF_AUDIENCE to https://login.salesforce.com, https://test.salesforce.com (sandboxes, scratch orgs), or the URL of the org's My Domain or site",
  },
  {
    said: /invalid assertion|invalid_grant: (invalid signature|assertion)/i,
    auth: "jwt",
    next: `check that SF_PRIVATE_KEY belongs to the certificate of ${app}, and that SF_USERNAME is a user of this very org`,
  },
  {
    said: /authentication failure/i,
    next: "the user's Login History in Setup says why",
  },
  {
    said: /domain|activat|verif/i,
    next: "check that SF_LOGIN_URL is the org's My Domain as deployed (Setup, My Domain), and that the user needs no activation of a device: the Login History says",
  },
  {
    said: /invalid_scope|\bscope\b/i,
    next: `give ${app} the scope "Manage user data via APIs (api)"`,
  },
  {
    said: /invalid_client_id|client identifier invalid/i,
    next: "check SF_CLIENT_ID: the consumer key of an app of this org; a new one takes up to 10 minutes to be known",
  },
  { said: /invalid_client/i, next: "check SF_CLIENT_SECRET (and SF_CLIENT_ID)" },
  { said: /^HTTP_\d/, next: "check SF_LOGIN_URL: this is not Salesforce's token endpoint" },
]

/** Whether the assertion's audience is what Salesforce refuses. */
export function isAudienceRefused({ message }: SalesforceError): boolean {
  return /audience/i.test(message)
}

/** Adds to a refused login the next step for this very refusal. */
export function explained(error: SalesforceError, { auth }: Pick<LoginConfig, "auth">): SalesforceError {
  if (error.status === null || error.retryable) return error
  const said = error.message.slice(error.message.indexOf(error.code))
  const known = refusals.find((one) => one.said.test(said) && (one.auth ?? auth) === auth)
  if (known === undefined) return error
  const { next, passesInMs } = known
  const passing = passesInMs === undefined ? {} : { retryable: true, retryAfterMs: passesInMs }
  return error.reworded(`${error.message}; ${next}`, passing)
}
