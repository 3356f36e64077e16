/**
 * Which side a reader trusts.
 *
 * - `shadow`: cache, shadow, and Salesforce for what is stale or missing (ENABLE_SF_SHADOW_READS=true).
 * - `compare`: the same answers; each is compared with Salesforce in the background. Costs calls: for a while.
 * - `live`: Salesforce first, the shadow where Salesforce fails; each answer is compared with the shadow in the
 *   background (ENABLE_SF_SHADOW_READS=false).
 */
export type ReaderMode = "shadow" | "compare" | "live"

/**
 * Whether SF_SHADOW_ENABLED switches the shadow off (off, false, no or 0; unset: on). Then every reader is live,
 * whatever its options say: it is the switch for when the shadow must not be trusted.
 *
 * @throws RangeError for any other value
 */
export function isSwitchedOff(): boolean {
  const value = (process.env.SF_SHADOW_ENABLED ?? "").trim().toLowerCase()
  if (/^(|1|true|on|yes)$/.test(value)) return false
  if (/^(0|false|off|no)$/.test(value)) return true
  throw new RangeError("SF_SHADOW_ENABLED: must be on or off")
}

/**
 * The mode that the environment asks for: ENABLE_SF_SHADOW_READS is shadow, compare or live, or on and off
 * (also true/false, yes/no, 1/0) for shadow and live. Unset: shadow.
 *
 * @throws RangeError for any other value
 */
export function modeFromEnvironment(
  env: Readonly<Record<string, string | undefined>> = process.env,
): ReaderMode {
  const value = (env.ENABLE_SF_SHADOW_READS ?? "").trim().toLowerCase()
  if (value === "shadow" || value === "compare" || value === "live") return value
  if (/^(|1|true|on|yes)$/.test(value)) return "shadow"
  if (/^(0|false|off|no)$/.test(value)) return "live"
  throw new RangeError("ENABLE_SF_SHADOW_READS: must be on, off, shadow, compare or live")
}
