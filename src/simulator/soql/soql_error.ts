/** A query that Salesforce refuses: its errorCode and message as the REST API gives them (status 400). */
export class SoqlError extends Error {
  readonly errorCode: string

  constructor(errorCode: string, message: string) {
    super(message)
    this.name = "SoqlError"
    this.errorCode = errorCode
  }
}
