import { Failure, failures, type FailureCode } from '../src/domain/failure.ts'
import { bodyOf } from '../src/routes/error-reply.ts'
import { errorReplySchema } from '../src/routes/error-schema.ts'
import { corsHeaders } from './openapi-operation.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const fault = { issue: 'is missing', field: 'state', value: 'absent', location: 'body' } as const

/** What a caller can be answered with in place of what it wanted, by the name of the error. 405 belongs to no operation. */
const meanings: { readonly [name: string]: string } = {
  InvalidParameterError: 'The parameters do not meet their schema. Nothing was kept. One row of `details` for each fault; no value is repeated.',
  UnauthorizedError: 'No bearer token, or a wrong one.',
  OperationForbiddenError: 'Understood and refused.',
  NotFoundError: 'There is nothing under this path, or nothing of yours.',
  AlreadyExistsError: 'The key is registered, and not like this.',
  RequestTimeoutError: 'The request came too slowly. Belongs to no operation.',
  HeadersTooLargeError: 'More than 16 KiB before the body, the query among them. Belongs to no operation.',
  TooManyRequestsError: 'Too many requests: send it again after `Retry-After`.',
  MethodNotAllowedError: 'The path takes other methods: `Allow` names them.',
  PayloadTooLargeError: 'The body is larger than `BODY_LIMIT_BYTES`.',
  UnsupportedMediaTypeError: 'The body is of a media type that is not read here.',
  UnexpectedError: 'A fault of the service.',
  ServiceUnavailableError: 'What was sent could not be kept, or there is too much to do: nothing was taken. Send it again after `Retry-After`.',
}
const codes: readonly FailureCode[] = [
  'PARAMETERS_INVALID', 'UNAUTHORIZED', 'FORBIDDEN', 'SCOPE_MISSING', 'DELEGATION_REFUSED', 'STATE_UNKNOWN', 'KEY_USED', 'NOT_FOUND', 'ALREADY_REGISTERED', 'RATE_LIMITED', 'METHOD_NOT_ALLOWED', 'PAYLOAD_TOO_LARGE',
  'MEDIA_TYPE_UNSUPPORTED', 'UNEXPECTED', 'JOURNAL_UNAVAILABLE', 'OVERLOADED', 'REQUEST_TIMEOUT', 'HEADERS_TOO_LARGE',
]
const headersOf: { readonly [status: number]: object } = {
  401: { 'WWW-Authenticate': { $ref: '#/components/headers/WWW-Authenticate' } },
  405: { Allow: { $ref: '#/components/headers/Allow' } },
  429: { 'Retry-After': { $ref: '#/components/headers/Retry-After' } },
  503: { 'Retry-After': { $ref: '#/components/headers/Retry-After' } },
}
const text = (description: string) => ({ description, schema: { type: 'string' } })
const headers = {
  'Access-Control-Allow-Origin': text('From `CORS_ORIGINS`. On operations that pages of other origins may call.'),
  'Access-Control-Allow-Methods': text('The methods that such a page may use.'),
  'Access-Control-Allow-Headers': text('The headers that such a page may send.'),
  'WWW-Authenticate': text('How to authenticate (RFC 9110 §11.6.1).'),
  Allow: text('The methods that the path takes.'),
  'Retry-After': { description: 'Seconds to wait before the next try.', schema: { type: 'integer' } },
}
const securitySchemes: { readonly [name: string]: object } = {
  opsToken: {
    type: 'http',
    scheme: 'bearer',
    description: '`OPS_TOKEN`. While none is set, the ops listener answers only to loopback names and to no page of another site.',
  },
  opsPassword: { type: 'http', scheme: 'basic', description: 'The same for a browser: any user name, `OPS_TOKEN` as the password.' },
  bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An access token of the token endpoint.' },
}

/** A reference for each status that the failures have. */
export function replyOf (codes: readonly FailureCode[]): { [status: string]: { $ref: string } } {
  return Object.fromEntries(codes.map(code => [failures[code].status, { $ref: `#/components/responses/${failures[code].name}` }]))
}

/** The form of errors, each error's reply, and the security schemes that the operations name. */
export function componentsOf (paths: object): object {
  const used = JSON.stringify(paths)
  const codesOf = (name: string) => codes.filter(code => failures[code].name === name)
  const responses = Object.fromEntries(Object.keys(meanings).map(name => [name, responseOf(name, codesOf(name))]))
  return {
    schemas: { ErrorReply: errorReplySchema },
    responses,
    headers,
    securitySchemes: Object.fromEntries(Object.entries(securitySchemes).filter(([name]) => used.includes(`"${name}":[`))),
  }
}

function responseOf (name: string, codes: readonly FailureCode[]): object {
  const [first = 'UNEXPECTED'] = codes
  const details = name === 'InvalidParameterError' ? [fault] : []
  const examples = Object.fromEntries(codes.map(code => [code, { value: bodyOf(new Failure(code, { details }), traceId) }]))
  return {
    description: meanings[name],
    headers: { ...headersOf[failures[first].status], ...corsHeaders },
    content: {
      'application/json': { schema: { $ref: '#/components/schemas/ErrorReply' }, examples },
      'text/html': { schema: { type: 'string' } },
    },
  }
}
