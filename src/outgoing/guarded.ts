import { isIP } from 'node:net'
import type { Agent } from 'undici'
import { Failure } from '../domain/failure.ts'
import { isPublic } from './address.ts'
import type { Lookup } from './connect.ts'
import { refused } from './refused.ts'

export interface Fetched {
  readonly status: number
  /** UTF-8 */
  readonly body: string
}

export interface Guarded {
  /** Throws `ADDRESS_REFUSED` for what must not or will never be fetched, and `ADDRESS_AWAY` for what cannot be now. */
  fetchGuarded (url: string, signal?: AbortSignal): Promise<Fetched>
  close (): Promise<void>
}

export interface GuardedParts {
  /** Lets tests reach this machine, also without TLS. */
  readonly allowPrivate?: boolean
  readonly lookup?: Lookup
  /** Milliseconds for the whole of one fetch. */
  readonly longest?: number
}

const mostBytes = 512 * 1024

/** Fetches what strangers name: https on the open internet, no redirect followed, at most 512 KiB in 5 s. */
export function openGuarded ({ allowPrivate = false, lookup, longest = 5_000 }: GuardedParts = {}): Guarded {
  let opened: Promise<Agent> | undefined

  async function fetchGuarded (url: string, signal?: AbortSignal): Promise<Fetched> {
    const { origin, pathname, search } = checked(url, allowPrivate)
    const limit = AbortSignal.timeout(longest)
    try {
      const agent = await (opened ??= openAgent(allowPrivate, lookup))
      const reply = await agent.request({
        origin,
        path: `${pathname}${search}`,
        method: 'GET',
        headers: { accept: 'application/json, */*;q=0.5', 'accept-encoding': 'identity' },
        signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
      })
      if (reply.statusCode >= 300 && reply.statusCode < 400) {
        reply.body.on('error', () => {}).destroy() // unheard, its error would end the process
        throw refused('the address redirects')
      }
      return { status: reply.statusCode, body: await textOf(reply.body) }
    } catch (thrown) {
      throw thrown instanceof Failure ? thrown : troubleOf(codeOf(thrown)) // the error itself may carry what was received
    }
  }

  return { fetchGuarded, close: async () => (await opened)?.destroy() }
}

/** Loaded with the first fetch: most processes never need it. */
async function openAgent (allowPrivate: boolean, lookup: Lookup | undefined): Promise<Agent> {
  const [{ Agent }, { createConnect }] = await Promise.all([import('undici'), import('./connect.ts')])
  return new Agent({ connections: 8, pipelining: 1, maxHeaderSize: 16_384, ...allowPrivate ? {} : { connect: createConnect({ lookup }) } })
}

function checked (text: string, allowPrivate: boolean): URL {
  const url = URL.parse(text)
  if (url === null || url.username !== '' || url.password !== '') throw refused('the address is no URL, or has a user in it')
  if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:')) throw refused('the address is not https')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (!allowPrivate && isIP(host) !== 0 && !isPublic(host)) throw refused() // an address is not looked up
  return url
}

async function textOf (body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > mostBytes) throw refused('what the address has is too large') // leaving the loop destroys the body, and its connection with it
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function codeOf (thrown: unknown): string {
  const { code, name } = Object(thrown) as { readonly code?: unknown, readonly name?: unknown }
  return typeof code === 'string' ? code : String(name)
}

/** A name that there is not is an answer; all else may be otherwise the next time. */
function troubleOf (code: string): Failure {
  return code === 'ENOTFOUND' ? refused('the address has a name that there is not') : new Failure('ADDRESS_AWAY', { reason: `the address cannot be fetched: ${code}` })
}
