const production = "https://login.salesforce.com"
const sandbox = "https://test.salesforce.com"

/**
 * Which audience is likely for which login host, first match first; null: the host itself (and its path, for an
 * Experience Cloud site). Sandboxes: with enhanced domains, scratch orgs, the My Domain of old (`--dev.my`), `cs42`
 * instances and Hyperforce ones (`usa2s.sfdc-...`).
 */
const likely: [host: RegExp, audience: string | null][] = [
  [/\.(sandbox|scratch)\.my\.sfcrmproducts\.cn$/, "https://test.sfcrmproducts.cn"],
  [/^(login|test)\.(salesforce\.mil|sfcrmproducts\.cn)$/, null],
  [/\.my\.sfcrmproducts\.cn$/, "https://login.sfcrmproducts.cn"],
  [/\.salesforce\.mil$/, null],
  [/(^test|\.(sandbox|scratch)\.my)\.salesforce\.com$/, sandbox],
  [/--[^.]+(\.cs\d+)?\.my\.salesforce\.com$/, sandbox],
  [/(^|\.)cs\d+(\.my)?\.salesforce\.com$/, sandbox],
  [/(^|\.)[a-z]{3}\d+s\.sfdc-[^.]+\.(salesforce|force)\.com$/, sandbox],
  [/\.(stm|pc-rnd|blitz)\.(salesforce|force)\.com$|^gs\d+\.salesforce\.com$/, null],
  [/(^|\.)salesforce\.com$/, production],
]
const salesforceHosts = /(^|\.)(salesforce\.com|salesforce\.mil|force\.com|site\.com|sfcrmproducts\.cn)$/

/**
 * The audiences to try for a JWT assertion at a login host, the likeliest first. Salesforce documents the login host,
 * the sandbox login host and the site's own URL (remoteaccess_oauth_jwt_flow), and takes an org's My Domain too; its own
 * client has given up to tell them by the host's name and tries them in turn. Another host than Salesforce's (a private
 * cloud, the simulator) is its own audience.
 */
export function jwtAudiences(loginUrl: string): string[] {
  const { hostname, origin, pathname } = new URL(loginUrl)
  const own = `${origin}${pathname.replace(/\/+$/, "")}`
  if (!salesforceHosts.test(hostname)) return [own]
  const [, first] = likely.find(([host]) => host.test(hostname)) ?? [null, null]
  return [...new Set([first ?? own, own, production, sandbox])]
}
