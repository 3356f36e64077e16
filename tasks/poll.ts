import { loadTask } from "../src/bulk_to_shadow/task.ts"

/** What has changed of an object that is polled, when that is due; then the next poll is queued (`add_poll_job`). */
export default loadTask("poll", "delta")
