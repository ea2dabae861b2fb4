import t from 'tap'
import { asFailure, Failure, failures, type FailureCode } from '../../src/domain/failure.ts'

const codes = Object.keys(failures) as FailureCode[]

/** `contract.md` §2, the table of errors: what a caller is told for each status. */
const names: { readonly [status: number]: string } = {
  400: 'InvalidParameterError', 401: 'UnauthorizedError', 403: 'OperationForbiddenError', 404: 'NotFoundError', 405: 'MethodNotAllowedError',
  408: 'RequestTimeoutError', 409: 'AlreadyExistsError', 413: 'PayloadTooLargeError', 415: 'UnsupportedMediaTypeError', 429: 'TooManyRequestsError', 431: 'HeadersTooLargeError',
  500: 'UnexpectedError', 502: 'UnexpectedError', 503: 'ServiceUnavailableError',
}

void t.test('every code has a status, the name that goes with it, a sentence, and says whether to try again', async t => {
  for (const code of codes) {
    const { status, name, message, retry, counts } = failures[code]
    t.match(code, /^[A-Z]+(?:_[A-Z]+)*$/)
    t.equal(name, names[status], code)
    t.match(message, /^[A-Z].*\.$/, code)
    t.type(retry, 'boolean', code)
    t.type(counts, 'boolean', code)
  }
})

void t.test('what a caller did wrong is not helped by trying again, but for haste', async t => {
  for (const code of codes) if (failures[code].status < 500) t.equal(failures[code].retry, code === 'RATE_LIMITED', code)
})

void t.test('what is away may come back, and costs no attempt', async t => {
  for (const code of ['BROKER_AWAY', 'PROVIDER_AWAY', 'JOURNAL_UNAVAILABLE'] as const) t.match(new Failure(code), { retry: true, counts: false })
})

void t.test('a failure carries the row of its code', async t => {
  for (const code of codes) {
    const { status, retry, counts, message } = failures[code]
    t.match(new Failure(code), { code, status, retry, counts, message, reason: message, details: [], retryAfter: undefined })
  }
})

void t.test('a failure carries what is known of it', async t => {
  const cause = new Error('refused')
  const details = [{ issue: 'is missing', field: 'state', location: 'query' }] as const
  const failure = new Failure('PROVIDER_AWAY', { details, retryAfter: 1500, reason: 'The connection was refused.', cause })
  t.ok(failure instanceof Error)
  t.match(failure, { message: 'The connection was refused.', reason: 'The connection was refused.', retryAfter: 1500, details, cause })
  t.equal('cause' in new Failure('NOT_FOUND'), false)
})

void t.test('a Failure stays itself; anything else that was thrown is unexpected, and its text is not passed on', async t => {
  const failure = new Failure('NOT_FOUND')
  t.equal(asFailure(failure), failure)
  for (const thrown of [new TypeError('x is not a function'), 'text', undefined, null]) {
    t.match(asFailure(thrown), { code: 'UNEXPECTED', message: failures.UNEXPECTED.message })
    if (thrown !== undefined) t.equal(asFailure(thrown).cause, thrown)
  }
})
