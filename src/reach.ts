import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import type { Config } from './config.ts'
import type { Callback } from './domain/callback.ts'
import type { Health, OpenProvider, Provider } from './providers/provider.ts'

export interface ReachParts {
  readonly config: Pick<Config, 'providers'>
  readonly known: readonly Pick<Provider, 'name' | 'settings'>[]
  readonly providers: readonly Pick<OpenProvider, 'name' | 'health' | 'fetchResult'>[]
  /** Milliseconds between two looks. */
  readonly every?: number
}

export interface Reach {
  /** As the providers' own, and seen by itself when nobody calls them: for readiness. */
  readonly providers: readonly Pick<OpenProvider, 'name' | 'health'>[]
  close (): Promise<void>
}

/** Milliseconds until a connection counts as none. */
const patience = 3_000

/**
 * A provider's own health tells of its last call, and at night nobody calls. So each is knocked at: a TCP connection, no request, as long as
 * all is well; once it is not, a real call for a key that nobody has, until one goes well. What is wrong shows within ten seconds, and clears.
 */
export function startReach ({ config, known, providers, every = 4_000 }: ReachParts): Reach {
  const unreached = new Map<string, string>()
  const leaving = new AbortController()
  let looking: Promise<unknown> = Promise.resolve()
  let isLooking = false
  const timer = setInterval(() => {
    if (isLooking) return
    isLooking = true
    looking = Promise.all(providers.map(look)).finally(() => { isLooking = false })
  }, every).unref()

  async function look ({ name, health, fetchResult }: ReachParts['providers'][number]): Promise<void> {
    const urls = addressesOf(name, config, known)
    if (urls.length === 0) return
    if (health().status !== 'ok') { await fetchResult(probeOf(name), AbortSignal.any([leaving.signal, AbortSignal.timeout(7_000)])).catch(() => {}); return } // its health says what came of it
    const faults = await Promise.all(urls.map(url => knock(url, leaving.signal)))
    const fault = faults.find(found => found !== undefined)
    if (fault === undefined) unreached.delete(name)
    else unreached.set(name, `it cannot be reached (${fault})`)
  }

  return {
    providers: providers.map(({ name, health }) => ({
      name,
      health (): Health {
        const own = health()
        const reason = unreached.get(name)
        return own.status === 'ok' && reason !== undefined ? { status: 'degraded', reason } : own
      },
    })),
    async close () {
      clearInterval(timer)
      leaving.abort()
      await looking
    },
  }
}

/** Asks for a key that nobody has, in a trace that is not sampled: any answer but a refusal of us is a good one. */
export function probeOf (provider: string): Callback {
  const hex = randomUUID().replaceAll('-', '')
  return { provider, channel: 'back', key: `doctor-${randomUUID()}`, parameters: {}, traceparent: `00-${hex}-${hex.slice(0, 16)}-00` }
}

/** A provider's settings that are URLs. */
export function addressesOf (provider: string, { providers }: ReachParts['config'], known: ReachParts['known']): string[] {
  return known.filter(({ name }) => name === provider).flatMap(({ settings }) => Object.entries(settings).filter(([, { url }]) => url !== undefined).map(([setting]) => providers[provider]?.[setting]))
    .filter(value => typeof value === 'string')
}

/** The code of what went wrong; undefined: somebody is there. */
function knock (url: string, signal: AbortSignal): Promise<string | undefined> {
  const { hostname, port, protocol } = new URL(url)
  return new Promise(resolve => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (protocol === 'https:' ? 443 : 80)), timeout: patience, signal })
    socket.once('connect', () => { socket.destroy(); resolve(undefined) })
    socket.once('timeout', () => { socket.destroy(); resolve('no answer') })
    socket.once('error', ({ code, name }: NodeJS.ErrnoException) => resolve(name === 'AbortError' ? undefined : code ?? name))
  })
}
