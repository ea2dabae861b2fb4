import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { landingPageStyle } from './landing-page.ts'

const styleHash = createHash('sha256').update(landingPageStyle).digest('base64')

/** On every answer, errors included. Nothing is cached: an answer belongs to one callback. */
const headers = {
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
}

export function addSecurityHeaders (app: FastifyInstance): void {
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(headers)
    done()
  })
}
