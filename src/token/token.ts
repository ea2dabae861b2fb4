import type { JsonObject } from '../domain/callback.ts'

/** `contract.md` §4. */
export const scopes = ['registrations', 'registrations:any', 'results', 'credentials', 'subscribe', 'subscribe:all'] as const
export type Scope = (typeof scopes)[number]

/** Every path of the token route, below `PUBLIC_URL`: the first is the one that the metadata names. */
export const tokenPaths = ['/v1/consumer/oauth2/token', '/iam/v1/consumer/oauth2/token', '/cid/v1/consumer/oauth2/token'] as const

/** What a broker lets the bearer do; EMQX reads it as it stands. */
export interface AclRule {
  readonly permission: 'allow'
  readonly action: 'subscribe'
  /** A topic filter whose only wildcard is a `/#` at its end. */
  readonly topic: string
}

/** The claims of an access token, RFC 9068 §2.2. Times in seconds since 1970. */
export interface AccessClaims {
  readonly iss: string
  /** Whose token it is: the client, or who delegated to it. */
  readonly sub: string
  readonly client_id: string
  readonly aud: string
  readonly exp: number
  readonly iat: number
  readonly jti: string
  /** Separated by spaces. */
  readonly scope: string
  readonly acl: readonly AclRule[]
  /** Who acts in the name of `sub`, RFC 8693 §4.1. */
  readonly act?: { readonly sub: string }
}

/** The parameters of a token request that are read, RFC 6749 §4.4.2 and RFC 7523 §2.2. */
export interface TokenRequest {
  readonly grant_type: string
  readonly client_assertion_type?: string
  readonly client_assertion?: string
  readonly client_id?: string
  readonly scope?: string
}

/** RFC 6749 §5.1; `expires_in` in seconds. */
export interface TokenReply {
  readonly access_token: string
  readonly token_type: 'Bearer'
  readonly expires_in: number
  readonly scope: string
}

/** The token route's whole work, without HTTP. */
export interface Tokens {
  /** `address` is where the request came from. Throws `Failure`, `CLIENT_INVALID` for whatever is wrong with an assertion. */
  grant (request: TokenRequest, address: string): Promise<TokenReply>
  /** Throws `UNAUTHORIZED` unless the token is one of ours, for us, and has not expired. */
  verify (token: string): AccessClaims
  /** RFC 7517 */
  readonly jwks: { readonly keys: readonly JsonObject[] }
  /** RFC 8414 */
  readonly metadata: JsonObject
}

/** False when the id was used before; of several that ask at once, one is told true. Kept until `expiresAt`, milliseconds since 1970. */
export type UseOnce = (id: string, expiresAt: number) => Promise<boolean>

/** Throws `RATE_LIMITED` when one client at one address asks too often. */
export type Limit = (client: string, address: string) => void
