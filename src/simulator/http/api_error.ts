/** An error as the REST API reports it: a status and an array with one `{ message, errorCode }`. */
export class ApiError extends Error {
  readonly status: number
  readonly errorCode: string

  constructor(status: number, errorCode: string, message: string) {
    super(message)
    this.name = "ApiError"
    this.status = status
    this.errorCode = errorCode
  }

  /** The answer's body. */
  body(): { message: string; errorCode: string }[] {
    return [{ message: this.message, errorCode: this.errorCode }]
  }
}

/** What Salesforce answers for a resource that does not exist. */
export function notFound(): ApiError {
  return new ApiError(404, "NOT_FOUND", "The requested resource does not exist")
}
