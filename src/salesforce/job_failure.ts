/**
 * What Salesforce writes into the errorMessage of a Failed bulk job where its query itself is refused: the same query
 * will be refused again. The codes are those of REST (api_rest.meta/api_rest/errorcodes.htm), the sentences those of
 * "Bulk API 2.0 Query" (api_asynch.meta/api_asynch/queries.htm); how the two are joined is not documented.
 */
const refusals = [
  /\b(INVALID_FIELD|MALFORMED_QUERY|INVALID_TYPE|INVALID_QUERY_FILTER_OPERATOR|INVALIDENTITY|INSUFFICIENT_ACCESS\w*)\b/i,
  /\b(API_DISABLED_FOR_ORG|FUNCTIONALITY_NOT_ENABLED|FeatureNotEnabled|OPERATION_TOO_LARGE)\b/i,
  /\bnot supported\b|\bunsupported\b|\bno such column\b|\bimplementation restriction\b/i,
]

/**
 * Whether another job with the same query may succeed where one has failed: QUERY_TIMEOUT, InternalServerError,
 * "Unexpected exception", and whatever else does not refuse the query. This is the only place where the text is read.
 *
 * @param errorMessage of the job; null where Salesforce has given none
 */
export function mayPassAnew(errorMessage: string | null): boolean {
  return !refusals.some((refusal) => refusal.test(errorMessage ?? ""))
}
