import { loadTask } from "../src/bulk_to_shadow/task.ts"

/** What changed since the last load, of one object or of all; closes a hole by an Id comparison (rule 6). */
export default loadTask("delta", "delta")
