import type { JsonObject } from '../domain/callback.ts'
import { grantTypes } from './grant.ts'
import { algorithms } from '../did/public-key.ts'
import { scopes, tokenPaths } from './token.ts'

/** What clients read before they ask, RFC 8414 §2. */
export function metadataOf (issuer: string): JsonObject {
  return {
    issuer,
    token_endpoint: urlOf(issuer, tokenPaths[0]),
    jwks_uri: urlOf(issuer, '/.well-known/jwks.json'),
    scopes_supported: scopes,
    response_types_supported: [], // there is no authorization route
    grant_types_supported: Object.keys(grantTypes),
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: algorithms,
  }
}

/** Whom an assertion may name: the token route under any of its paths, or the issuer. Compared letter for letter. */
export function audiencesOf (issuer: string): ReadonlySet<string> {
  return new Set([issuer, ...tokenPaths.map(path => urlOf(issuer, path))])
}

function urlOf (issuer: string, path: string): string {
  return `${issuer.replace(/\/+$/, '')}${path}`
}
