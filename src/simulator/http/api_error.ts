import { SoqlError } from "../soql/soql_error.ts"

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

/** Whatever was thrown as the answer that Salesforce would give. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  if (error instanceof SoqlError) return new ApiError(400, error.errorCode, error.message)
  const { statusCode, message } = error as { statusCode?: number; message: string }
  if (statusCode !== undefined && statusCode < 500)
    return new ApiError(statusCode, "JSON_PARSER_ERROR", message)
  return new ApiError(500, "UNKNOWN_EXCEPTION", `The simulator failed: ${message}`)
}
