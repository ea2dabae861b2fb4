import type { FastifyInstance } from 'fastify'
import { plainPages, type Pages } from './pages/pages.ts'

/** On every answer, errors included. Nothing is cached: an answer belongs to one callback. */
const headers = {
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
}

export function securityHeaders (pages: Pick<Pages, 'policy'> = plainPages): { readonly [name: string]: string } {
  return { 'content-security-policy': pages.policy(), ...headers }
}

export function addSecurityHeaders (app: FastifyInstance, pages?: Pick<Pages, 'policy'>): void {
  const all = securityHeaders(pages)
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response)) // Node's own answer has none of them; RFC 9110 §10.1.1 lets it be ignored
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(all)
    done()
  })
}
