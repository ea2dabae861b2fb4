import type { FastifyReply, FastifyRequest } from 'fastify'
import { Failure, asFailure } from '../domain/failure.ts'
import type { AccessClaims, Scope, Tokens } from '../token/token.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks. Only behind `bearer`. */
    client: AuthorizedClient
  }
}

/** What an access token says of its bearer. */
export interface AuthorizedClient {
  /** The client itself. */
  readonly id: string
  /** Whose registrations and topics are meant: the client, or who delegated to it. */
  readonly subject: string
  readonly scopes: ReadonlySet<string>
  readonly claims: AccessClaims
}

export interface BearerParts {
  readonly verify: Tokens['verify']
  /** What the route needs; of several, one is enough. */
  readonly scope: Scope | readonly Scope[]
  /** True where the token may come without `Bearer` before it. */
  readonly bare?: boolean
}

/**
 * A hook for routes that need an access token: `onRequest`, so that no body is read for a stranger, or `preHandler`. Sets
 * `request.client`; throws `UNAUTHORIZED` or `SCOPE_MISSING` with `WWW-Authenticate` set, RFC 6750 §3.
 */
export function bearer ({ verify, scope, bare = false }: BearerParts) {
  const enough = [scope].flat()

  return async function authorize (request: FastifyRequest, reply: FastifyReply): Promise<void> {
    try {
      request.client = clientOf(request, reply)
    } catch (thrown) {
      const { code, reason } = asFailure(thrown)
      request.log.info({ code, reason, route: request.routeOptions.url }, 'access refused')
      throw thrown
    }
  }

  function clientOf (request: FastifyRequest, reply: FastifyReply): AuthorizedClient {
    const token = tokenIn(request.headers.authorization, bare)
    if (token === undefined) throw challenged(reply, 'Bearer', new Failure('UNAUTHORIZED', { reason: 'an access token is missing' }))
    const claims = verified(token, reply)
    const scopes = new Set(claims.scope.split(' '))
    if (!enough.some(one => scopes.has(one))) {
      throw challenged(reply, `Bearer error="insufficient_scope", scope="${enough.join(' ')}"`, new Failure('SCOPE_MISSING', { reason: 'the access token lacks the scope' }))
    }
    return { id: claims.client_id, subject: claims.sub, scopes, claims }
  }

  function verified (token: string, reply: FastifyReply): AccessClaims {
    try {
      return verify(token)
    } catch (thrown) {
      const failure = asFailure(thrown)
      if (failure.code !== 'UNAUTHORIZED') throw thrown
      throw challenged(reply, `Bearer error="invalid_token", error_description="${failure.reason}"`, failure)
    }
  }
}

function tokenIn (header = '', bare: boolean): string | undefined {
  const form = bare ? /^(?:bearer +)?([\w.~+/=-]+)$/i : /^bearer +([\w.~+/=-]+)$/i // RFC 6750 §2.1
  return form.exec(header)?.[1]
}

function challenged (reply: FastifyReply, challenge: string, failure: Failure): Failure {
  void reply.header('www-authenticate', challenge)
  return failure
}
