import { randomUUID, sign, verify } from 'node:crypto'
import { Failure } from '../domain/failure.ts'
import { aclOf } from './acl.ts'
import type { SigningKeys } from './keys.ts'
import type { AccessClaims, Scope } from './token.ts'

export interface AccessTokenParts {
  readonly keys: SigningKeys
  /** `PUBLIC_URL`, letter for letter: who issues the tokens, and whom they are for. */
  readonly issuer: string
  readonly topicPrefix: string
  readonly ttlSeconds: number
  readonly now: () => number
}

export interface Bearer {
  readonly clientId: string
  /** Who delegated to the client, if anyone. */
  readonly delegator?: string | undefined
  readonly scopes: readonly Scope[]
}

const mostCharacters = 16 * 1024
const dsaEncoding = 'ieee-p1363' // RFC 7518 §3.4

/** Access tokens, RFC 9068: ES256. By `node:crypto`, which costs half of what WebCrypto does. */
export function createAccessTokens ({ keys, issuer, topicPrefix, ttlSeconds, now }: AccessTokenParts) {
  const header = encoded({ typ: 'at+jwt', alg: 'ES256', kid: keys.signing.kid })

  function issue ({ clientId, delegator, scopes }: Bearer): string {
    const iat = Math.floor(now() / 1000)
    const sub = delegator ?? clientId
    const claims: AccessClaims = {
      iss: issuer,
      sub,
      client_id: clientId,
      aud: issuer,
      exp: iat + ttlSeconds,
      iat,
      jti: randomUUID(),
      scope: scopes.join(' '),
      acl: aclOf({ sub, scopes }, topicPrefix),
      ...delegator === undefined ? {} : { act: { sub: clientId } },
    }
    const signed = `${header}.${encoded(claims)}`
    return `${signed}.${sign('sha256', Buffer.from(signed), { key: keys.signing.key, dsaEncoding }).toString('base64url')}`
  }

  /** Throws `UNAUTHORIZED`. */
  function verifyToken (token: string): AccessClaims {
    const [, header = '', payload = '', signature = ''] = token.length > mostCharacters ? [] : /^([\w-]+)\.([\w-]+)\.([\w-]{86})$/.exec(token) ?? []
    const { typ, alg, kid } = objectIn(header)
    const key = typ === 'at+jwt' && alg === 'ES256' && typeof kid === 'string' ? keys.verifying.get(kid) : undefined
    if (key === undefined) throw refused('is none of ours')
    if (!verify('sha256', Buffer.from(`${header}.${payload}`), { key, dsaEncoding }, Buffer.from(signature, 'base64url'))) throw refused('is none of ours')
    const claims = objectIn(payload) as unknown as AccessClaims // signed by us, so it has the shape that we gave it
    if (claims.iss !== issuer || claims.aud !== issuer) throw refused('is for another audience')
    if (claims.exp * 1000 <= now()) throw refused('has expired')
    return claims
  }

  return { issue, verify: verifyToken }
}

function encoded (part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

function objectIn (part: string): { readonly [name: string]: unknown } {
  try {
    return Object(JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))) as { [name: string]: unknown }
  } catch {
    throw refused('is none of ours')
  }
}

function refused (why: string): Failure {
  return new Failure('UNAUTHORIZED', { reason: `the access token ${why}` })
}
