import { Failure } from '../domain/failure.ts'
import type { Terminal } from './command.ts'

interface Asked { readonly method?: string, readonly body?: object, readonly signal?: AbortSignal }

export const where = `It talks to the ops listener: OPS_URL (default http://127.0.0.1:8081), OPS_TOKEN.`

/** One request to the ops listener. Throws `ADDRESS_AWAY` when nobody answers, `UNAUTHORIZED`, `FORBIDDEN` or `NOT_FOUND` as it says. */
export async function askOps ({ environment }: Pick<Terminal, 'environment'>, path: string, { method = 'GET', body, signal }: Asked = {}): Promise<Response> {
  const base = (environment.OPS_URL ?? `http://127.0.0.1:${environment.OPS_PORT ?? 8081}`).replace(/\/+$/, '')
  const headers = {
    ...environment.OPS_TOKEN && { authorization: `Bearer ${environment.OPS_TOKEN}` },
    ...body && { 'content-type': 'application/json' },
  }
  const reply = await fetch(`${base}${path}`, { method, headers, redirect: 'error', ...body && { body: JSON.stringify(body) }, ...signal && { signal } })
    .catch((cause: unknown) => { throw new Failure('ADDRESS_AWAY', { reason: `Nothing answers at ${base}. Is the service running? OPS_URL says where.`, cause }) })
  if (reply.ok) return reply
  if (reply.status === 401) throw new Failure('UNAUTHORIZED', { reason: 'The ops listener wants another token: set OPS_TOKEN.' })
  if (reply.status === 403) throw new Failure('FORBIDDEN', { reason: 'The ops listener refuses: without a token it answers only under a loopback name.' })
  if (reply.status === 404) throw new Failure('NOT_FOUND')
  const { message = reply.statusText, details = [] } = await reply.json().catch(() => ({})) as { readonly message?: string, readonly details?: readonly { readonly field: string, readonly issue: string }[] }
  throw new Failure('PARAMETERS_INVALID', { reason: [`Refused with ${reply.status}: ${message}`, ...details.map(({ field, issue }) => `  ${field} ${issue}`)].join('\n') })
}
