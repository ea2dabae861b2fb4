import { Failure } from '../domain/failure.ts'
import { createAccessTokens } from './access-token.ts'
import { openClients, type ClientsParts } from './clients.ts'
import { createGrant } from './grant.ts'
import { createJwksUris, type JwksUriParts } from './jwks-uri.ts'
import { openSigningKeys } from './keys.ts'
import { audiencesOf, metadataOf } from './metadata.ts'
import type { Limit, Tokens, UseOnce } from './token.ts'

export interface TokensParts {
  /** `PUBLIC_URL`, letter for letter. */
  readonly issuer: string
  readonly topicPrefix: string
  /** `OAUTH_SIGNING_KEY_FILE`. Without it a key is made and kept in `keyDirectory`, which production does not give. */
  readonly signingKeyFile: string | undefined
  readonly keyDirectory?: string | undefined
  /** `OAUTH_CLIENTS_FILE` */
  readonly clientsFile: string | undefined
  readonly allowDid: boolean
  /** `ACCESS_TOKEN_TTL_SECONDS` */
  readonly ttlSeconds: number
  readonly useOnce: UseOnce
  readonly fetchGuarded: JwksUriParts['fetchGuarded']
  readonly limit?: Limit
  readonly log: ClientsParts['log']
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

/** Everything about tokens, from files and settings. Throws `SETTINGS_INVALID`. Nothing to close. */
export async function openTokens (parts: TokensParts): Promise<Tokens> {
  const { issuer, topicPrefix, ttlSeconds, useOnce, fetchGuarded, limit, log, now = Date.now } = parts
  const keys = await openSigningKeys({ file: parts.signingKeyFile, directory: parts.keyDirectory })
  const clients = await openClients({ file: parts.clientsFile, allowDid: parts.allowDid, keysAt: createJwksUris({ fetchGuarded, now }), log, now })
  const { issue, verify } = createAccessTokens({ keys, issuer, topicPrefix, ttlSeconds, now })
  return {
    grant: createGrant({ find: clients.find, audiences: audiencesOf(issuer), issue, ttlSeconds, useOnce, limit, now }),
    verify (token) {
      const claims = verify(token)
      if (!clients.has(claims.client_id)) throw new Failure('UNAUTHORIZED', { reason: 'its client is none any more' })
      return claims
    },
    jwks: keys.jwks,
    metadata: metadataOf(issuer),
  }
}
