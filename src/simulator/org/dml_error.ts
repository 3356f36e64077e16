/** A change that the org refuses, with Salesforce's status code (SOAP API, StatusCode). */
export class DmlError extends Error {
  readonly statusCode: string
  /** The fields at fault, when there are any. */
  readonly fields: readonly string[]

  constructor(statusCode: string, message: string, fields: readonly string[] = []) {
    super(`${statusCode}: ${message}`)
    this.name = "DmlError"
    this.statusCode = statusCode
    this.fields = fields
  }
}
