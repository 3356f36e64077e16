import { loadTask } from "../src/bulk_to_shadow/task.ts"

/** The Id comparison of rule 7, of one object or of all: finds what was deleted without a trace. */
export default loadTask("compare_ids", "ids")
