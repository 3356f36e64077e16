import type { Pool } from "pg"
import { sqlstate, sqlstateOf } from "../postgres/sqlstate.ts"
import { SalesforceError } from "./errors.ts"
import type { Credentials } from "./session.ts"

/**
 * Notes the org that was logged in to as the database's own, or refuses another one: a sandbox that was refreshed has
 * another id behind the same address, and so has a copied database's org.
 *
 * @throws SalesforceError, code WRONG_ORGANIZATION, naming both orgs and what to do; a retryable one where the
 *   database does not answer
 */
export async function claimOrganization(
  pool: Pool,
  { tenantId, instanceUrl }: Pick<Credentials, "tenantId" | "instanceUrl">,
): Promise<void> {
  try {
    await pool.query("select sf_shadow.claim_organization(of_organization_id => $1, of_instance_url => $2)", [
      tenantId,
      instanceUrl,
    ])
  } catch (cause) {
    const { message, hint } = cause as { message: string; hint?: string }
    if (sqlstateOf(cause) === sqlstate.wrongOrganization) {
      throw new SalesforceError(`Login to Salesforce: ${message}. ${hint}`, {
        code: "WRONG_ORGANIZATION",
        retryable: false,
      })
    }
    throw new SalesforceError(
      `Login to Salesforce: the database cannot tell whether it belongs to org ${tenantId}: ${message}`,
      { code: sqlstateOf(cause) ?? "DATABASE", retryable: true, cause },
    )
  }
}
