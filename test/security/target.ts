import { readFileSync } from 'node:fs'
import type { Test } from 'tap'
import { Pool } from 'undici'
import { oauthClients } from '../oauth-client.ts'
import type { Answer } from '../openapi/check.ts'
import { directoryFor, startProcess } from '../process.ts'
import { startTokenio } from '../tokenio-server.ts'
import { scopes } from '../../src/token/token.ts'
import type { Sent } from './route-claim.ts'

/** Of the target's ops listener. */
export const opsToken = 'sesame-sesame-sesame'

/** The real process with its embedded broker, a Token.io that knows nobody, and a client that may do everything. */
export async function openTarget (t: Pick<Test, 'teardown'>) {
  const directory = directoryFor(t)
  const tokenio = await startTokenio()
  tokenio.otherwise({ status: 404 })
  const clients = oauthClients(directory, { 'app-7': scopes.join(' ') })
  const service = await startProcess(t, { directory, ...clients.environment, SANDBOX: 'false', OPS_TOKEN: opsToken, TOKENIO_URL: tokenio.url, TOKENIO_API_KEY: 'k', ACCESS_TOKEN_TTL_SECONDS: '86400', RETURN_URL_ORIGINS: 'https://app.example', LOG_LEVEL: 'info' })
  const [pool, ops] = [service.url, service.ops].map(url => new Pool(url, { connections: 8, pipelining: 1, headersTimeout: 10_000, bodyTimeout: 10_000 })) as [Pool, Pool]
  t.teardown(async () => { await pool.destroy(); await ops.destroy(); await service.stop('SIGKILL'); await tokenio.close() })
  const authorization = await clients.authorization(service.url, 'app-7')

  return {
    ...service,
    token: authorization.replace('Bearer ', ''),
    send: senderOver(pool),
    sendToOps: senderOver(ops),
    mib: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${service.child.pid}/status`, 'utf8'))?.[1]) / 1024,
    /** Faults of the service's own that it logged since the last look: that Token.io does not know what was made up is none. */
    faults () {
      const faults = service.lines.filter(({ level, code }) => Number(level) >= 50 && code !== 'KEY_UNKNOWN')
      ;(service.lines as unknown[]).length = 0
      return faults
    },
  }
}

function senderOver (pool: Pool) {
  return async function send ({ method, url, headers, body }: Sent): Promise<Answer> {
    const reply = await pool.request({ method, path: url, headers, body: body ?? null })
    const names = Object.entries(reply.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value])
    return { status: reply.statusCode, headers: Object.fromEntries(names) as Answer['headers'], body: await reply.body.text() }
  }
}
