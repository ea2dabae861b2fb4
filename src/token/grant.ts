import { createHash } from 'node:crypto'
import { Failure } from '../domain/failure.ts'
import type { Bearer } from './access-token.ts'
import { readAssertion, type Assertion } from './assertion.ts'
import { checkAssertion, usableUntil } from './assertion-checks.ts'
import type { Client } from './client.ts'
import type { Algorithm } from '../did/public-key.ts'
import { isSignedByOneOf } from './signature.ts'
import type { Limit, Scope, TokenReply, TokenRequest, UseOnce } from './token.ts'

export interface GrantParts {
  readonly find: (clientId: string) => Promise<Client | undefined>
  readonly audiences: ReadonlySet<string>
  readonly issue: (bearer: Bearer) => string
  readonly ttlSeconds: number
  readonly useOnce: UseOnce
  readonly limit?: Limit | undefined
  readonly now: () => number
}

/** The assertion that goes with each grant. */
export const grantTypes = {
  client_credentials: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', // RFC 7523 §2.2
  affinidi_delegation: 'urn:ietf:params:oauth:delegation-assertion-type:jwt-bearer',
} as const

const notTheirs = 'the client is unknown, or the assertion is not signed by a key of its'

/** A token request to its reply: read, validate, verify, use once, decide the scope, issue. */
export function createGrant ({ find, audiences, issue, ttlSeconds, useOnce, limit, now }: GrantParts) {
  return async function grant (request: TokenRequest, address: string): Promise<TokenReply> {
    const assertion = assertionIn(request)
    const delegated = request.grant_type === 'affinidi_delegation'
    checkAssertion(assertion, { delegated, audiences, clientId: request.client_id, now: now() / 1000 })
    limit?.(assertion.claims.iss, address)
    const client = await authenticate(assertion)
    const delegator = delegated ? await delegatorTo(client, assertion.claims.sub) : undefined
    const scopes = scopesFor(request.scope, delegator === undefined ? client.scopes : client.scopes.filter(scope => delegator.scopes.includes(scope)))
    return {
      access_token: issue({ clientId: client.id, delegator: delegator?.id, scopes }),
      token_type: 'Bearer',
      expires_in: ttlSeconds,
      scope: scopes.join(' '),
    }
  }

  async function authenticate (assertion: Assertion): Promise<Client> {
    const { header: { alg, kid }, claims: { iss, jti }, text } = assertion
    const client = await find(iss)
    const keys = await client?.keysOf(kid) ?? []
    if (client === undefined || !await isSignedByOneOf(keys, alg as Algorithm, text)) throw new Failure('CLIENT_INVALID', { reason: notTheirs })
    const id = createHash('sha256').update(JSON.stringify([iss, jti])).digest('base64url') // of one length, and nobody uses up another's
    if (!await useOnce(id, usableUntil(assertion))) throw new Failure('CLIENT_INVALID', { reason: 'the assertion was used before' })
    return client
  }

  async function delegatorTo (client: Client, sub: string): Promise<Client> {
    if (sub === client.id) throw new Failure('GRANT_INVALID', { reason: 'the assertion delegates from nobody: its sub is its iss' })
    const delegator = await find(sub).catch(() => undefined)
    if (delegator?.delegates.includes(client.id) !== true) throw new Failure('DELEGATION_REFUSED', { reason: 'the sub of the assertion did not delegate to this client' })
    return delegator
  }
}

function assertionIn ({ grant_type: type, client_assertion_type: of, client_assertion: text }: TokenRequest): Assertion {
  if (!Object.hasOwn(grantTypes, type)) throw new Failure('GRANT_TYPE_UNSUPPORTED')
  if (text === undefined || of === undefined) throw new Failure('CLIENT_INVALID', { reason: 'client_assertion and client_assertion_type are missing' })
  if (of !== grantTypes[type as keyof typeof grantTypes]) throw new Failure('CLIENT_INVALID', { reason: 'the client_assertion_type does not go with the grant_type' })
  return readAssertion(text)
}

/** Those that were asked for; none asked for means all that may be had. */
function scopesFor (asked: string | undefined, allowed: readonly Scope[]): Scope[] {
  const words = [...new Set(asked?.split(' ').filter(word => word !== '') ?? [])]
  const had = words.length === 0 ? [...allowed] : allowed.filter(scope => words.includes(scope))
  if (had.length === 0 || had.length < words.length) throw new Failure('SCOPE_INVALID', { reason: 'the client has not all of the scope that it asks for' })
  return had
}
