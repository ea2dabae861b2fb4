import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { failures, type Failure, type FailureCode } from '../domain/failure.ts'
import { tokenPaths } from '../token/token.ts'
import { failureOf, replyWithFailure } from './error-reply.ts'
import { errorReplySchema } from './error-schema.ts'

/** RFC 6749 §5.2. What it has no word for is `invalid_request`, or, as in §4.1.2.1, `server_error` and `temporarily_unavailable`. */
const words: { readonly [code in FailureCode]?: string } = {
  CLIENT_INVALID: 'invalid_client',
  GRANT_INVALID: 'invalid_grant',
  GRANT_TYPE_UNSUPPORTED: 'unsupported_grant_type',
  SCOPE_INVALID: 'invalid_scope',
  DELEGATION_REFUSED: 'unauthorized_client',
  RATE_LIMITED: 'temporarily_unavailable',
}

export const tokenErrorSchema = {
  ...errorReplySchema,
  required: [...errorReplySchema.required, 'error', 'error_description'],
  properties: {
    ...errorReplySchema.properties,
    error: { type: 'string', description: 'RFC 6749 §5.2.', examples: ['invalid_client'] },
    error_description: { type: 'string', description: 'For the developer of the client.' },
  },
} as const

/** Errors of the token route carry RFC 6749's members, those of routes that are added to its paths later (405) too. */
export function addTokenErrors (app: FastifyInstance): void {
  app.addHook('onRoute', route => {
    if (tokenPaths.some(path => path === route.url)) route.errorHandler ??= replyWithTokenError
  })
}

function replyWithTokenError (error: FastifyError | Failure, request: FastifyRequest, reply: FastifyReply): void {
  const failure = failureOf(error)
  if (failure.status < 500) request.log.info({ code: failure.code, reason: failure.reason }, 'token refused')
  if (failure.code === 'CLIENT_INVALID') void reply.header('www-authenticate', 'Bearer error="invalid_client"')
  replyWithFailure(failure, request, reply, { error: wordOf(failure), error_description: descriptionOf(failure) })
}

function wordOf ({ code, status }: Failure): string {
  return words[code] ?? (status === 503 ? 'temporarily_unavailable' : status >= 500 ? 'server_error' : 'invalid_request')
}

/** Of our own trouble a caller learns nothing. */
function descriptionOf ({ code, status, reason, details }: Failure): string {
  const text = status >= 500 ? failures[code].message : details.map(({ field, issue }) => `${field} ${issue}`).join(', ') || reason
  return text.replaceAll(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, '?') // RFC 6749 §5.2
}
