import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { claimsOf, jwtOf, pairOf } from './token/jwt.ts'

export interface OauthClient {
  /** Settings that make it known. */
  readonly environment: { readonly OAUTH_CLIENTS_FILE: string, readonly PUBLIC_URL: string }
  /** An `Authorization` header of this client, asked for at the token endpoint. */
  authorization (url: string, clientId: string): Promise<string>
}

const audience = 'https://callbacks.example'

/** Clients with keys of their own, by id; each with the scopes that it has. */
export function oauthClients (directory: string, scopes: { readonly [clientId: string]: string }): OauthClient {
  const pairs = new Map(Object.keys(scopes).map(id => [id, pairOf('P-256')]))
  const file = join(directory, 'clients.json')
  writeFileSync(file, JSON.stringify(Object.entries(scopes).map(([client_id, scope]) => ({ client_id, scope, jwks: { keys: [pairs.get(client_id)?.jwk] } }))))
  return {
    environment: { OAUTH_CLIENTS_FILE: file, PUBLIC_URL: audience },
    async authorization (url, clientId) {
      const key = pairs.get(clientId)?.privateKey
      if (key === undefined) throw new Error(`no client ${clientId}`)
      const body = JSON.stringify({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: jwtOf({ claims: claimsOf(clientId, { aud: audience }), key }),
      })
      const reply = await fetch(`${url}/v1/consumer/oauth2/token`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
      const { access_token: token } = await reply.json() as { access_token?: string }
      if (token === undefined) throw new Error(`no token for ${clientId}: ${reply.status}`)
      return `Bearer ${token}`
    },
  }
}
