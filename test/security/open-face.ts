import { join } from 'node:path'
import { pino } from 'pino'
import type { Test } from 'tap'
import { buildApp, type AppParts } from '../../src/app.ts'
import { openForDocuments } from '../../scripts/open-providers.ts'
import { scopes } from '../../src/token/token.ts'
import { openAppParts } from '../app-parts.ts'

export const id = 'rq:3SVzgJtzu2DvaZSgRGznpdknT3dq:5zKtXEAq'
export const callbackPath = `/v1/tokenio/callback?request-id=${id}&request_id=${id}`

/** The headers that every answer has, and what none has. */
export const hardened = {
  'strict-transport-security': /max-age=\d{8}/, 'content-security-policy': /default-src 'none'.*frame-ancestors 'none'/, 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer', 'cross-origin-opener-policy': 'same-origin', 'cache-control': 'no-store', server: undefined, 'x-powered-by': undefined,
}

/** The public face with a journal in a file, on a free port, and all that it logs. */
export async function openFace (t: Test, more: Partial<AppParts> = {}) {
  const { parts, tokenFor, database } = await openAppParts(t, { file: join(t.testdir(), 'journal.db') })
  const lines: string[] = []
  const log = pino({ level: 'trace', base: null }, { write: (line: string) => { lines.push(line) } })
  const providers = openForDocuments()
  const app = await buildApp({ ...parts, providers, log, ...more })
  t.teardown(async () => { await app.close(); for (const provider of providers) await provider.close() })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return { app, parts, lines, database, providers, token: tokenFor('app-7', ...scopes) }
}

/** How many callbacks are kept. */
export async function kept ({ journal }: Pick<AppParts, 'journal'>): Promise<number> {
  const counted = await (journal as unknown as { claim: (provider: string, limit: number) => Promise<unknown[]> }).claim('tokenio', 1000)
  return counted.length
}
