import { join } from 'node:path'
import { pino } from 'pino'
import type { Test } from 'tap'
import { buildApp, type AppParts } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { providers as known } from '../../src/providers/index.ts'
import { scopes } from '../../src/token/token.ts'
import { openAppParts } from '../app-parts.ts'
import { openTestTokens } from '../token/open.ts'
import { startTokenio } from '../tokenio-server.ts'

export const id = 'rq:3SVzgJtzu2DvaZSgRGznpdknT3dq:5zKtXEAq'
export const callbackPath = `/v1/tokenio/callback?request-id=${id}&request_id=${id}`

/** The headers that every answer has, and what none has. */
export const hardened = {
  'strict-transport-security': /max-age=\d{8}/, 'content-security-policy': /default-src 'none'.*frame-ancestors 'none'/, 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer', 'cross-origin-opener-policy': 'same-origin', 'cache-control': 'no-store', server: undefined, 'x-powered-by': undefined,
}

/** The public face with a journal in a file and a Token.io that knows nobody, on a free port, and all that it logs. */
export async function openFace (t: Test, more: Partial<AppParts> = {}) {
  const { parts, tokenFor, database } = await openAppParts(t, { file: join(t.testdir(), 'journal.db') })
  const lines: string[] = []
  const log = pino({ level: 'trace', base: null }, { write: (line: string) => { lines.push(line) } })
  const tokenio = await startTokenio() // knows nobody
  tokenio.otherwise({ status: 404 })
  const config = loadConfig({ TOKENIO_URL: tokenio.url, TOKENIO_API_KEY: 'CANARY-api-key' }, known)
  const providers = known.map(provider => provider.open({ settings: config.providers[provider.name] ?? {} }))
  const { grant } = await openTestTokens(t, [])
  const app = await buildApp({ ...parts, tokens: { ...parts.tokens, grant }, providers, log, ...more })
  t.teardown(async () => { await app.close(); for (const provider of providers) await provider.close(); await tokenio.close() })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return { app, parts, log, lines, database, providers, tokenio, token: tokenFor('app-7', ...scopes) }
}

/** How many callbacks are kept. */
export async function kept ({ journal }: Pick<AppParts, 'journal'>): Promise<number> {
  const counted = await (journal as unknown as { claim: (provider: string, limit: number) => Promise<unknown[]> }).claim('tokenio', 1000)
  return counted.length
}
