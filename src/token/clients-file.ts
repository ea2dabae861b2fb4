import parseJson from 'secure-json-parse'
import type { JsonObject } from '../domain/callback.ts'
import { createCompile } from '../domain/compile.ts'
import { asFailure, Failure } from '../domain/failure.ts'
import { keysOfKid, type Client } from './client.ts'
import { isKeyDid, keyOfDid } from '../did/key-did.ts'
import { publicKeyOf, type PublicKey } from '../did/public-key.ts'
import { scopes, type Scope } from './token.ts'

interface Entry {
  readonly client_id: string
  readonly jwks?: { readonly keys: readonly JsonObject[] }
  readonly jwks_uri?: string
  readonly scope: string
  readonly delegates?: readonly string[]
}

export interface ClientsFileParts {
  readonly keysAt: (url: string, kid: string | undefined) => Promise<readonly PublicKey[]>
}

// RFC 6749 appendix A.1; `default` is where events go that nobody registered for
const clientId = { type: 'string', minLength: 1, maxLength: 1024, pattern: '^[\\x21-\\x7e]+$', not: { const: 'default' } }
const word = scopes.join('|')
const isShaped = createCompile({ allErrors: true, strict: true, strictRequired: false })<readonly Entry[]>({
  type: 'array',
  items: {
    type: 'object',
    required: ['client_id', 'scope'],
    additionalProperties: false,
    properties: {
      client_id: clientId,
      jwks: { type: 'object', required: ['keys'], properties: { keys: { type: 'array', minItems: 1, maxItems: 20, items: { type: 'object' } } } },
      jwks_uri: { type: 'string', pattern: '^https://' },
      scope: { type: 'string', pattern: `^(?:${word})(?: (?:${word}))*$` },
      delegates: { type: 'array', items: clientId, uniqueItems: true },
    },
    not: { required: ['jwks', 'jwks_uri'] }, // RFC 7591 §2
  },
})

/** The text of `OAUTH_CLIENTS_FILE` to its clients, by id. Throws `SETTINGS_INVALID` with all faults. */
export function readClients (text: string, { keysAt }: ClientsFileParts): Map<string, Client> {
  const entries: unknown = parseJson.safeParse(text)
  if (!isShaped(entries)) throw wrong((isShaped.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`))
  const faults: string[] = []
  const clients = new Map<string, Client>()
  for (const [at, entry] of entries.entries()) {
    if (clients.has(entry.client_id)) faults.push(`/${at}/client_id is there twice`)
    try {
      clients.set(entry.client_id, clientOf(entry, keysAt))
    } catch (thrown) {
      faults.push(`/${at}: ${asFailure(thrown).reason}`)
    }
  }
  if (faults.length > 0) throw wrong(faults)
  return clients
}

function clientOf ({ client_id: id, jwks, jwks_uri: url, scope, delegates = [] }: Entry, keysAt: ClientsFileParts['keysAt']): Client {
  const about = { id, scopes: [...new Set(scope.split(' '))] as Scope[], delegates }
  if (url !== undefined) return { ...about, keysOf: kid => keysAt(url, kid) }
  if (jwks === undefined && !isKeyDid(id)) throw new Failure('CLIENT_INVALID', { reason: 'jwks or jwks_uri is missing' })
  const keys = jwks === undefined ? [keyOfDid(id)] : jwks.keys.map(publicKeyOf)
  return { ...about, keysOf: async kid => keysOfKid(keys, kid) }
}

function wrong (faults: readonly string[]): Failure {
  const details = faults.map(issue => ({ issue, field: 'OAUTH_CLIENTS_FILE', location: 'body' as const }))
  return new Failure('SETTINGS_INVALID', { details, reason: `OAUTH_CLIENTS_FILE is wrong:\n${faults.map(fault => `  - ${fault}`).join('\n')}` })
}
