// Every gauge that is read from the database when /metrics is asked for.
import "./limits.ts"
import "./objects.ts"
import "./work.ts"

export { showDatabase } from "./database.ts"
