import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Failure } from '../domain/failure.ts'

export interface OpsAccessParts {
  /** `OPS_TOKEN`. */
  readonly token?: string | undefined
}

/** Probes carry no token. */
const open: readonly (string | undefined)[] = ['/livez', '/readyz']
const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i
// A browser cannot send a bearer token by itself: it asks its user, and the token is the password.
const challenges = ['Bearer', 'Basic realm="ops", charset="UTF-8"']

/**
 * With a token: who does not bring it is refused. Without: only who reached us under a loopback name, which a page cannot do by
 * rebinding a name of its own. A page of another site never drives a browser to us, whatever it carries.
 */
export function addOpsAccess (app: FastifyInstance, { token }: OpsAccessParts): void {
  const isToken = token === undefined ? undefined : equalTo(token)
  app.addHook('onRequest', async (request, reply) => {
    if (isToken === undefined && !loopback.test(request.headers.host ?? '')) {
      throw new Failure('FORBIDDEN', { reason: 'the Host header names no loopback address' })
    }
    if (isToken !== undefined && open.includes(request.routeOptions.url)) return
    if (isCrossSite(request)) throw new Failure('FORBIDDEN', { reason: 'the request comes from a page of another site' })
    if (isToken === undefined || isToken(tokenIn(request.headers.authorization))) return
    void reply.header('www-authenticate', challenges)
    throw new Failure('UNAUTHORIZED')
  })
}

/** Compares in a time that tells nothing of either text. */
function equalTo (token: string): (given: string) => boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  const wanted = digest(token)
  return given => timingSafeEqual(digest(given), wanted)
}

// RFC 6750 §2.1, RFC 7617 §2
function tokenIn (header = ''): string {
  const [scheme = '', ...rest] = header.trim().split(/ +/)
  const credentials = rest.join(' ')
  if (scheme.toLowerCase() === 'bearer') return credentials
  if (scheme.toLowerCase() !== 'basic') return ''
  const pair = Buffer.from(credentials, 'base64').toString()
  return pair.slice(pair.indexOf(':') + 1)
}

// Fetch Metadata §2.1; older browsers say only the Origin
function isCrossSite ({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true
  const { origin, host } = headers
  return origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === host?.toLowerCase())
}
