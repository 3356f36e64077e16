import { loadTask } from "../src/bulk_to_shadow/task.ts"

/** Full load of one object, or of all: `SELECT add_job('backfill', '{"object":"Product2"}')`. */
export default loadTask("backfill", "full")
