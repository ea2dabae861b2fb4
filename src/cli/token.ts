import { readFile } from 'node:fs/promises'
import { Failure } from '../domain/failure.ts'
import { tokenPaths } from '../token/token.ts'
import { assertionOf, readClientKey } from './assertion.ts'
import type { Command } from './command.ts'
import { optionsIn } from './options.ts'

const usage = `Usage: callback-receiver token --client ID --key FILE [--scope 'A B'] [--url URL] [--json]

Prints an access token: the bearer of HTTP, the password of MQTT.

  --client ID   the client, as in OAUTH_CLIENTS_FILE, or a did:key or did:jwk
  --key FILE    its private key, PEM or JWK
  --scope 'A B' what to ask for; all that the client has without it
  --url URL     the public listener; default: PUBLIC_URL, or http://127.0.0.1:8080
  --json        the whole reply: { access_token, token_type, expires_in, scope }

Ends with 0, or with 1 when it is refused or nobody answers. MQTT: mosquitto_sub -u ID -P "$(callback-receiver token …)" …`

const options = { client: { type: 'string' }, key: { type: 'string' }, scope: { type: 'string' }, url: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const

export const command: Command = async (words, { environment, print, complain }) => {
  const { values: { client, key: file, scope, help, json = false, url = environment.PUBLIC_URL ?? 'http://127.0.0.1:8080' }, positionals } = optionsIn(words, options, usage)
  if (help === true) { print(usage); return 0 }
  if (client === undefined || file === undefined || positionals.length > 0) { complain(usage); return 2 }
  const text = await readFile(file, 'utf8').catch(() => { throw new Failure('SETTINGS_INVALID', { reason: 'The key file cannot be read.' }) })
  const base = url.replace(/\/+$/, '')
  const { issuer } = await answerOf(base, '/.well-known/oauth-authorization-server')
  const assertion = assertionOf({ clientId: client, audience: String(issuer), ...readClientKey(text) })
  const granted = await answerOf(base, tokenPaths[0], new URLSearchParams({
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
    ...scope !== undefined && { scope },
  }))
  print(json ? JSON.stringify(granted) : String(granted.access_token))
  return 0
}

async function answerOf (base: string, path: string, body?: URLSearchParams): Promise<{ readonly [name: string]: unknown }> {
  const reply = await fetch(`${base}${path}`, { signal: AbortSignal.timeout(10_000), redirect: 'error', ...body && { method: 'POST', body } })
    .catch((cause: unknown) => { throw new Failure('ADDRESS_AWAY', { reason: `Nothing answers at ${base}. Is the service running? --url says where.`, cause }) })
  const answer = await reply.json().catch(() => ({})) as { readonly [name: string]: unknown }
  if (reply.ok) return answer
  throw new Failure('CLIENT_INVALID', { reason: `Refused with ${reply.status}: ${String(answer.error ?? answer.name ?? 'no reason')}${answer.error_description === undefined ? '' : `, ${String(answer.error_description)}`}` })
}
