import { generateKeyPairSync } from 'node:crypto'
import type { Test } from 'tap'
import type { AppParts } from '../src/app.ts'
import { Failure } from '../src/domain/failure.ts'
import { openSqliteDatabase } from '../src/database/sqlite.ts'
import { openSqliteJournal } from '../src/journal/sqlite.ts'
import { openSqliteRegistrations } from '../src/registrations/sqlite.ts'
import { createAccessTokens } from '../src/token/access-token.ts'
import { metadataOf } from '../src/token/metadata.ts'
import type { Scope } from '../src/token/token.ts'

export const issuer = 'https://callbacks.example'

/** Access tokens of a key made here; nobody is granted one over HTTP. */
export function openAccess (now: () => number = Date.now) {
  const { privateKey: key, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const keys = { signing: { kid: 'k', key }, verifying: new Map([['k', publicKey]]), jwks: { keys: [] } }
  const { issue, verify } = createAccessTokens({ keys, issuer, topicPrefix: 'callbacks/v1', ttlSeconds: 3600, now })
  const tokens: AppParts['tokens'] = { grant: () => Promise.reject(new Failure('CLIENT_INVALID')) /* nobody is a client here */, verify, jwks: keys.jwks, metadata: metadataOf(issuer) }
  return { tokens, tokenFor: (clientId: string, ...scopes: Scope[]) => issue({ clientId, scopes }) }
}

/** What the public face needs beside its providers and log: a journal and registrations in memory, tokens, and how to make them. */
export async function openAppParts (t: Pick<Test, 'teardown'>, { now = Date.now, file = ':memory:' }: { readonly now?: () => number, readonly file?: string } = {}) {
  const database = await openSqliteDatabase({ file, keys: [] })
  t.teardown(database.close)
  const { tokens, tokenFor } = openAccess(now)
  const parts = {
    journal: openSqliteJournal({ database, now }),
    registrations: openSqliteRegistrations({ database, now }),
    tokens,
    topicPrefix: 'callbacks/v1',
    publicUrl: () => issuer,
    returnUrlOrigins: ['https://app.example'],
    checks: async () => ({}),
    trustProxy: [],
    corsOrigins: ['*'],
    bodyLimit: 1_048_576,
    perMinute: 1_000_000_000, // tests of limits set their own
    now,
  } satisfies Partial<AppParts>
  return { parts, tokenFor, database }
}
