const isCheckout = import.meta.filename.endsWith(".ts")
const installed = process.env.npm_command === "exec" ? "npx sf-shadow" : "sf-shadow"

/** How people call this program where it runs: by npm in a checkout, by its own name where it is installed. */
export const sfShadow = isCheckout ? "npm run sf-shadow --" : installed
/** The same where another program reads the output, to which npm would add lines of its own. */
export const sfShadowToPipe = isCheckout ? "npm run --silent sf-shadow --" : installed
