import type { FastifyInstance } from 'fastify'
import { scopes, tokenPaths, type TokenRequest, type Tokens } from '../token/token.ts'
import { formType } from './form-body.ts'
import { networkOf } from './network.ts'
import { refuseFaults } from './parameter-faults.ts'
import { addTokenErrors, tokenErrorSchema } from './token-error.ts'

export interface TokenRouteParts {
  readonly tokens: Pick<Tokens, 'grant' | 'jwks' | 'metadata'>
}

/** Parameters that are not named here are ignored, RFC 6749 §3.2; one that is given twice is an array, and refused. */
const requestSchema = {
  type: 'object',
  required: ['grant_type'],
  properties: {
    grant_type: { type: 'string', maxLength: 64, description: '`client_credentials`, or `affinidi_delegation` to act for the `sub` of the assertion.' },
    client_assertion_type: { type: 'string', maxLength: 128, description: '`urn:ietf:params:oauth:client-assertion-type:jwt-bearer`; with `affinidi_delegation`, `…:delegation-assertion-type:jwt-bearer`.' },
    client_assertion: { type: 'string', description: 'A JWT that the client signed, RFC 7523 §3. Used once; lives five minutes at most.' },
    client_id: { type: 'string', maxLength: 1024, description: 'Not needed: the `iss` of the assertion.' },
    scope: { type: 'string', maxLength: 256, description: `Of ${scopes.join(', ')}, separated by spaces. Absent: all that the client has.` },
  },
} as const

const replySchema = {
  type: 'object',
  required: ['access_token', 'token_type', 'expires_in', 'scope'],
  properties: {
    access_token: { type: 'string', description: 'A JWT, RFC 9068.' },
    token_type: { type: 'string', const: 'Bearer' },
    expires_in: { type: 'integer', description: 'Seconds.' },
    scope: { type: 'string' },
  },
} as const

const refusal = { content: { 'application/json': { schema: tokenErrorSchema }, 'text/html': { schema: { type: 'string' } } } } as const
const anyObject = { type: 'object', additionalProperties: true } as const
const briefly = 'public, max-age=300'

/** `POST` for tokens under each of its paths; RFC 8414 metadata and RFC 7517 keys. To be added after the form parser, before 405s. */
export function addTokenRoutes (app: FastifyInstance, { tokens }: TokenRouteParts): void {
  addTokenErrors(app)
  for (const url of tokenPaths) {
    app.route<{ Body: TokenRequest }>({
      method: 'POST',
      url,
      schema: {
        operationId: url === tokenPaths[0] ? 'token' : `token${url.replaceAll('/', '_')}`,
        summary: 'An access token for a client.',
        tags: ['token'],
        body: { content: { 'application/json': { schema: requestSchema }, [formType]: { schema: requestSchema } } },
        response: { 200: replySchema, ...Object.fromEntries([400, 401, 403, 413, 415, 429, 500, 503].map(status => [status, refusal])) },
      },
      config: { cors: true, form: true, described: { failures: ['PARAMETERS_INVALID', 'CLIENT_INVALID', 'DELEGATION_REFUSED', 'PAYLOAD_TOO_LARGE', 'MEDIA_TYPE_UNSUPPORTED', 'RATE_LIMITED', 'JOURNAL_UNAVAILABLE'] } },
      attachValidation: true, // so that its faults are told like those of a callback
      handler: async (request, reply) => {
        refuseFaults(request, 'body')
        const granted = await tokens.grant(request.body, networkOf(request.ip))
        request.log.info({ scope: granted.scope }, 'token issued')
        return reply.header('cache-control', 'no-store').send(granted) // RFC 6749 §5.1
      },
    })
  }
  addDocument(app, '/.well-known/jwks.json', { operationId: 'jwks', summary: 'The keys of access tokens, RFC 7517.' }, tokens.jwks)
  for (const url of metadataPaths(String(tokens.metadata.issuer))) {
    addDocument(app, url, { operationId: 'authorizationServerMetadata', summary: 'What clients read before they ask for a token, RFC 8414.' }, tokens.metadata)
  }
}

function addDocument (app: FastifyInstance, url: string, about: { readonly operationId: string, readonly summary: string }, document: object): void {
  const schema = { ...about, operationId: `${about.operationId}${url.split('/').slice(3).map(level => `_${level}`).join('')}`, tags: ['token'], response: { 200: anyObject } }
  app.get(url, { schema }, async (_request, reply) => reply.header('cache-control', briefly).send(document))
}

/** RFC 8414 §3.1 puts the issuer's own path behind the well-known one; a proxy that cuts that path off asks without. */
function metadataPaths (issuer: string): string[] {
  const wellKnown = '/.well-known/oauth-authorization-server'
  const path = new URL(issuer).pathname.replace(/\/+$/, '')
  return path === '' ? [wellKnown] : [wellKnown, `${wellKnown}${path}`]
}
