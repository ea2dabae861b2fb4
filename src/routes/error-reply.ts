import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { JsonObject } from '../domain/callback.ts'
import { asFailure, Failure, failures, type Detail, type FailureCode } from '../domain/failure.ts'
import { languageOf } from './pages/language.ts'
import { plainPages, type Pages } from './pages/pages.ts'
import type { Page } from './pages/texts.ts'
import { traceIdOf, traceparentOf } from './traceparent.ts'

/** The body of every error on a JSON route. */
export interface ErrorReply {
  readonly name: string
  readonly message: string
  readonly httpStatusCode: number
  readonly traceId: string
  readonly details: readonly Detail[]
}

/** What Fastify itself refuses, in our words. */
const codesOfFastify: { readonly [code: string]: FailureCode } = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'MEDIA_TYPE_UNSUPPORTED',
  FST_ERR_CTP_EMPTY_TYPE: 'MEDIA_TYPE_UNSUPPORTED',
  FST_ERR_NOT_FOUND: 'NOT_FOUND',
}

/** Fastify's error handler: one form for all, a page for a browser, nothing of what was sent. */
export async function replyWithError (error: FastifyError | Failure, request: FastifyRequest, reply: FastifyReply, pages?: Pick<Pages, 'show'>): Promise<unknown> {
  return replyWithFailure(failureOf(error), request, reply, {}, pages)
}

/** The same, with more members than every error has. */
export function replyWithFailure (failure: Failure, request: FastifyRequest, reply: FastifyReply, members: JsonObject = {}, pages: Pick<Pages, 'show'> = plainPages): FastifyReply {
  const traceId = traceIdOf(traceparentOf(request.headers.traceparent))
  if (failure.status >= 500) request.log.error({ traceId, code: failure.code, reason: failure.reason, ...failure.code === 'UNEXPECTED' ? { err: failure.cause } : {} }, 'request failed')
  if (failure.status === 503 || failure.status === 429) void reply.header('retry-after', Math.ceil((failure.retryAfter ?? 2000) / 1000))
  if (failure.status === 401 && !reply.hasHeader('www-authenticate')) void reply.header('www-authenticate', 'Bearer')
  void reply.code(failure.status).header('cache-control', 'no-store')
  if (wantsPage(request)) return reply.type('text/html; charset=utf-8').send(pages.show(pageFor(failure), languageOf(request.headers['accept-language'])))
  return reply.type('application/json; charset=utf-8').send(JSON.stringify({ ...bodyOf(failure, traceId), ...members }))
}

export function bodyOf (failure: Failure, traceId: string): ErrorReply {
  const { name, message, status } = failures[failure.code]
  const fields = [...new Set(failure.details.map(({ field }) => field))].join(', ')
  return { name, message: message.replace('${param}', fields === '' ? 'the request' : fields), httpStatusCode: status, traceId, details: failure.details }
}

/** A person may try again what is no fault of theirs. */
function pageFor ({ code, status }: Failure): Page {
  if (status === 503 || status === 429 || code === 'PROVIDER_AWAY' || code === 'PROVIDER_LIMITED') return 'away'
  return 'refused'
}

/** True for a browser that shows pages to a person. */
export function wantsPage (request: FastifyRequest): boolean {
  return request.headers.accept?.includes('text/html') ?? false
}

export function failureOf (error: FastifyError | Failure): Failure {
  if (error instanceof Failure) return error
  const code = codesOfFastify[error.code]
  if (code !== undefined) return new Failure(code)
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return new Failure('PARAMETERS_INVALID', { details: [{ issue: 'cannot be read', field: 'body', location: 'body' }] })
  }
  return asFailure(error)
}
