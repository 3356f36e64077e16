import { type Variable, variables } from "../base/variables.ts"

/** The environment variables as `--help` prints them, from the table that the checks use. */
export function variablesHelp(): string {
  const entries = Object.entries(variables) as [string, Variable][]
  const width = Math.max(...entries.map(([name]) => name.length))
  const lines = entries.map(([name, variable]) => {
    const notes = [
      variable.unit,
      variable.default && `default ${variable.default}`,
      variable.secret && `secret, also from a file: ${name}_FILE`,
    ].filter(Boolean)
    return `  ${name.padEnd(width)}  ${variable.meaning}${notes.length > 0 ? ` (${notes.join("; ")})` : ""}`
  })
  return ["", "Environment:", ...lines].join("\n")
}
