/** What one process of the service can do; `run --only` narrows it. */
export const roles = ["pubsub", "worker", "redis", "http"] as const

export type Role = (typeof roles)[number]
