import parseJson from 'secure-json-parse'
import type { JsonObject } from '../domain/callback.ts'
import { asFailure, Failure } from '../domain/failure.ts'
import { keysOfKid } from './client.ts'
import { publicKeyOf, type PublicKey } from '../did/public-key.ts'

export interface JwksUriParts {
  /** Refuses what must not be reached from here, and is bounded in time and size. Throws `Failure`. */
  readonly fetchGuarded: (url: string) => Promise<{ readonly status: number, readonly body: string }>
  readonly now: () => number
}

interface Kept {
  keys: readonly PublicKey[] | undefined
  fetchedAt: number
  askedAt: number
  asking: Promise<void> | undefined
}

const freshFor = 10 * 60_000
const usableFor = 60 * 60_000 // while the other side is away
const pause = 30_000 // a wrong `kid` must not make us flood the other side
const mostKeys = 50

/** The keys behind clients' `jwks_uri`, kept for ten minutes; a `kid` that is not among them asks again, once in half a minute. */
export function createJwksUris ({ fetchGuarded, now }: JwksUriParts) {
  const kept = new Map<string, Kept>() // as many as clients that use it

  /** Throws `CLIENT_INVALID` when the keys cannot be had. */
  return async function keysAt (url: string, kid: string | undefined): Promise<readonly PublicKey[]> {
    const own = kept.get(url) ?? { keys: undefined, fetchedAt: -Infinity, askedAt: -Infinity, asking: undefined }
    kept.set(url, own)
    const isFresh = now() - own.fetchedAt < freshFor && keysOfKid(own.keys ?? [], kid).length > 0
    if (!isFresh && own.asking === undefined && now() - own.askedAt >= pause) {
      own.askedAt = now()
      own.asking = ask(url, own).finally(() => { own.asking = undefined })
    }
    if (!isFresh) await own.asking
    if (own.keys === undefined || now() - own.fetchedAt > usableFor) throw new Failure('CLIENT_INVALID', { reason: "the client's jwks_uri cannot be fetched" })
    return keysOfKid(own.keys, kid)
  }

  async function ask (url: string, own: Kept): Promise<void> {
    const reply = await fetchGuarded(url).catch((thrown: unknown) => { asFailure(thrown) })
    const keys = reply?.status === 200 ? keysIn(reply.body) : undefined
    if (keys === undefined) return
    own.keys = keys
    own.fetchedAt = now()
  }
}

/** Keys of kinds that are not taken here are passed over, RFC 7517 §5. */
function keysIn (body: string): PublicKey[] | undefined {
  const json = parseJson.safeParse(body) as { keys?: unknown } | null | undefined
  if (!Array.isArray(json?.keys)) return undefined
  return json.keys.slice(0, mostKeys).flatMap(jwk => {
    try {
      return [publicKeyOf(Object(jwk) as JsonObject)]
    } catch {
      return []
    }
  })
}
