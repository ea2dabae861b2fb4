import { accessOf, filterOf } from './access.ts'
import { payloadsOf, Refused } from './connection.ts'
import { eventIn, type SubscriberEvent } from './event.ts'

export interface EventsParts {
  /** The broker: `mqtt:`, `mqtts:`, `ws:` or `wss:`. Browsers take the last two. */
  readonly url: string
  /** An access token, or what gives one: asked before each connection, since a token ends, and the connection with it. */
  readonly token: string | (() => string | Promise<string>)
  /** Only this provider's events. */
  readonly provider?: string | undefined
  /** Only this key's events. */
  readonly key?: string | undefined
  /** Ends it: its reason is thrown. */
  readonly signal?: AbortSignal | undefined
}

const mostRemembered = 10_000
const pauses = [250, 1_000, 2_000, 5_000, 15_000]

/**
 * One's events as they come, the retained ones first, each once. It connects again for as long as it is read; what was published meanwhile is
 * there then, as far as the broker retains it. Throws `Refused` for a token that opens nothing, and the reason of `signal`.
 */
export async function * eventsOf ({ url, token, provider, key, signal }: EventsParts): AsyncGenerator<SubscriberEvent, void, void> {
  const seen = new Set<string>()
  let refusals = 0
  for (let tries = 0; ; tries++) {
    signal?.throwIfAborted()
    const password = typeof token === 'string' ? token : await token()
    const access = accessOf(password)
    try {
      for await (const payload of payloadsOf({ url, username: access.clientId, password, filter: filterOf(access, { provider, key }), signal })) {
        tries = refusals = 0
        const event = eventIn(payload)
        if (event !== undefined && isNew(seen, event.id)) yield event
      }
    } catch (thrown) {
      if (thrown instanceof Refused && (typeof token === 'string' || ++refusals > 2)) throw thrown // a token may end on its way
    }
    await pause(pauses[Math.min(tries, pauses.length - 1)] ?? 0, signal)
  }
}

function isNew (seen: Set<string>, id: string): boolean {
  if (seen.has(id)) return false
  seen.add(id)
  const [oldest] = seen.size > mostRemembered ? seen : []
  if (oldest !== undefined) seen.delete(oldest)
  return true
}

async function pause (milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted === true) return
  await new Promise<void>(resolve => {
    const end = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    signal?.addEventListener('abort', end)
  })
}
