/**
 * Every fault that is thrown on purpose. `status` is the HTTP status if it reaches a caller; `retry` says whether the same
 * act may succeed later; `counts` whether such a try is one of `DELIVERY_MAX_ATTEMPTS` (a broker or provider that is
 * away costs none).
 */
export const failures = {
  PARAMETERS_INVALID: { status: 400, name: 'InvalidParameterError', message: 'Invalid parameter: ${param}.', retry: false, counts: false },
  PRESENTATION_REFUSED: { status: 400, name: 'InvalidParameterError', message: 'Invalid parameter: vp_token.', retry: false, counts: false },
  UNAUTHORIZED: { status: 401, name: 'UnauthorizedError', message: 'Unauthorized.', retry: false, counts: false },
  FORBIDDEN: { status: 403, name: 'OperationForbiddenError', message: 'Operation forbidden.', retry: false, counts: false },
  CLIENT_INVALID: { status: 401, name: 'UnauthorizedError', message: 'Unauthorized.', retry: false, counts: false },
  GRANT_TYPE_UNSUPPORTED: { status: 400, name: 'InvalidParameterError', message: 'Invalid parameter: grant_type.', retry: false, counts: false },
  GRANT_INVALID: { status: 400, name: 'InvalidParameterError', message: 'Invalid parameter: client_assertion.', retry: false, counts: false },
  SCOPE_INVALID: { status: 400, name: 'InvalidParameterError', message: 'Invalid parameter: scope.', retry: false, counts: false },
  SCOPE_MISSING: { status: 403, name: 'OperationForbiddenError', message: 'Operation forbidden: scope.', retry: false, counts: false },
  DELEGATION_REFUSED: { status: 403, name: 'OperationForbiddenError', message: 'Operation forbidden: delegation.', retry: false, counts: false },
  STATE_UNKNOWN: { status: 403, name: 'OperationForbiddenError', message: 'Operation forbidden: state.', retry: false, counts: false },
  KEY_USED: { status: 403, name: 'OperationForbiddenError', message: 'Operation forbidden: state.', retry: false, counts: false },
  NOT_FOUND: { status: 404, name: 'NotFoundError', message: 'Not found.', retry: false, counts: false },
  ALREADY_REGISTERED: { status: 409, name: 'AlreadyExistsError', message: 'Already exists: key.', retry: false, counts: false },
  METHOD_NOT_ALLOWED: { status: 405, name: 'MethodNotAllowedError', message: 'Method not allowed.', retry: false, counts: false },
  PAYLOAD_TOO_LARGE: { status: 413, name: 'PayloadTooLargeError', message: 'Payload too large.', retry: false, counts: false },
  MEDIA_TYPE_UNSUPPORTED: { status: 415, name: 'UnsupportedMediaTypeError', message: 'Unsupported media type.', retry: false, counts: false },
  REQUEST_TIMEOUT: { status: 408, name: 'RequestTimeoutError', message: 'Request timeout.', retry: false, counts: false },
  HEADERS_TOO_LARGE: { status: 431, name: 'HeadersTooLargeError', message: 'Headers too large.', retry: false, counts: false },
  RATE_LIMITED: { status: 429, name: 'TooManyRequestsError', message: 'Too many requests.', retry: true, counts: false },
  UNEXPECTED: { status: 500, name: 'UnexpectedError', message: 'Unexpected error occurred.', retry: true, counts: true },
  JOURNAL_UNAVAILABLE: { status: 503, name: 'ServiceUnavailableError', message: 'The callback could not be kept. Please try again.', retry: true, counts: false },
  OVERLOADED: { status: 503, name: 'ServiceUnavailableError', message: 'Too busy. Please try again.', retry: true, counts: false },
  ISSUER_AWAY: { status: 503, name: 'ServiceUnavailableError', message: 'The presentation cannot be verified now. Please try again.', retry: true, counts: false },
  SHUTTING_DOWN: { status: 503, name: 'ServiceUnavailableError', message: 'Shutting down.', retry: true, counts: false },

  JOURNAL_UNREADABLE: { status: 500, name: 'UnexpectedError', message: 'The journal cannot be opened.', retry: false, counts: false },
  SETTINGS_INVALID: { status: 500, name: 'UnexpectedError', message: 'The settings are wrong.', retry: false, counts: false },

  KEY_UNKNOWN: { status: 502, name: 'UnexpectedError', message: 'The provider does not know the key.', retry: false, counts: true },
  RESULT_REFUSED: { status: 502, name: 'UnexpectedError', message: 'The provider refused to say the result.', retry: true, counts: true },
  RESULT_INVALID: { status: 502, name: 'UnexpectedError', message: "The provider's reply was not a result.", retry: true, counts: true },
  PROVIDER_AWAY: { status: 502, name: 'UnexpectedError', message: 'The provider cannot be reached.', retry: true, counts: false },
  PROVIDER_LIMITED: { status: 502, name: 'UnexpectedError', message: 'The provider takes no more requests now.', retry: true, counts: false },
  PROVIDER_UNAUTHORIZED: { status: 502, name: 'UnexpectedError', message: 'The provider refused our credentials.', retry: true, counts: false },
  PROVIDER_MISSING: { status: 500, name: 'UnexpectedError', message: 'No such provider is set up here.', retry: false, counts: false },
  ADDRESS_REFUSED: { status: 502, name: 'UnexpectedError', message: 'The address must not be fetched from here.', retry: false, counts: true },
  ADDRESS_AWAY: { status: 502, name: 'UnexpectedError', message: 'The address cannot be fetched.', retry: true, counts: false },
  EVENT_INVALID: { status: 500, name: 'UnexpectedError', message: 'The event does not meet its own schema.', retry: false, counts: true },
  BROKER_AWAY: { status: 503, name: 'ServiceUnavailableError', message: 'The broker cannot be reached.', retry: true, counts: false },
  PUBLISH_REFUSED: { status: 502, name: 'UnexpectedError', message: 'The broker refused the event.', retry: true, counts: true },
  PUBLISH_REFUSED_FOR_GOOD: { status: 502, name: 'UnexpectedError', message: 'The broker refused the event for good.', retry: false, counts: true },
} as const

export type FailureCode = keyof typeof failures

/** One fault of an input. `value` says what was given without repeating it, since it may be secret. */
export interface Detail {
  readonly issue: string
  readonly field: string
  readonly value?: string
  readonly location: 'body' | 'query' | 'path' | 'header'
}

export interface FailureParts {
  readonly details?: readonly Detail[]
  /** Milliseconds to wait before the next try, when the other side said so. */
  readonly retryAfter?: number
  /** A plain word on what happened, for logs and operators: never a secret, never personal data. */
  readonly reason?: string
  readonly cause?: unknown
}

export class Failure extends Error {
  readonly code: FailureCode
  readonly details: readonly Detail[]
  readonly retryAfter: number | undefined
  readonly reason: string

  constructor (code: FailureCode, { details = [], retryAfter, reason, cause }: FailureParts = {}) {
    super(reason ?? failures[code].message, cause === undefined ? undefined : { cause })
    this.code = code
    this.details = details
    this.retryAfter = retryAfter
    this.reason = reason ?? failures[code].message
  }

  get status (): number { return failures[this.code].status }
  get retry (): boolean { return failures[this.code].retry }
  get counts (): boolean { return failures[this.code].counts }
}

/** What was thrown, as a Failure: anything that was not thrown on purpose is `UNEXPECTED`. */
export function asFailure (thrown: unknown): Failure {
  return thrown instanceof Failure ? thrown : new Failure('UNEXPECTED', { cause: thrown })
}
