import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as oauth from 'oauth4webapi'
import { freePort } from './mosquitto.ts'
import { pairOf, type Pair } from './token/jwt.ts'

/** A client that comes again when a machine that is busy with other tests says 503. */
export async function patientFetch (url: string | URL, init?: RequestInit): Promise<Response> {
  for (let tries = 0; ; tries++) {
    const reply = await fetch(url, init)
    if (reply.status !== 503 || tries === 60) return reply
    await reply.body?.cancel()
    await sleep(250)
  }
}

// oxlint-disable-next-line typescript/no-deprecated -- plain HTTP on loopback
const insecure = { [oauth.allowInsecureRequests]: true, [oauth.customFetch]: (url: string, init: object) => patientFetch(url, init) }

export interface Clients {
  /** The environment of a process that knows them; its public listener has a port of its own, since it issues tokens in that name. */
  readonly environment: { readonly [name: string]: string }
  /** Where the process answers. */
  readonly url: string
  readonly pairs: ReadonlyMap<string, Pair>
  /** Asks the process for a token as any OAuth client does: discovery, then `private_key_jwt`. */
  tokenFor (client: string, scope?: string): Promise<string>
}

/** Clients by their id, each with a key of its own and the scope given. */
export async function makeClients (directory: string, scopes: { readonly [client: string]: string }): Promise<Clients> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const pairs = new Map(Object.keys(scopes).map(client => [client, pairOf('P-256')]))
  const file = join(directory, 'clients.json')
  writeFileSync(file, JSON.stringify([...pairs].map(([client, { jwk }]) => ({ client_id: client, jwks: { keys: [jwk] }, scope: scopes[client] }))))
  return {
    environment: { PORT: String(port), PUBLIC_URL: url, OAUTH_CLIENTS_FILE: file },
    url,
    pairs,
    async tokenFor (client, scope) {
      const issuer = new URL(url)
      const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }))
      const key = pairs.get(client)?.privateKey.toCryptoKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])
      if (key === undefined) throw new Error(`no client ${client}`)
      const me = { client_id: client }
      const granted = await oauth.clientCredentialsGrantRequest(as, me, oauth.PrivateKeyJwt(key), scope === undefined ? {} : { scope }, insecure)
      return (await oauth.processClientCredentialsResponse(as, me, granted)).access_token
    },
  }
}
