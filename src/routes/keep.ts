import type { Callback, Json, JsonObject } from '../domain/callback.ts'
import { Failure, type Detail } from '../domain/failure.ts'
import type { Registration } from '../domain/registration.ts'
import type { Appended, Journal } from '../journal/journal.ts'
import type { Channel, OpenProvider } from '../providers/provider.ts'

export interface KeepParts {
  readonly provider: Pick<OpenProvider, 'unregistered'>
  readonly channel: Pick<Channel, 'examine'>
  readonly journal: Pick<Journal, 'append' | 'recognise'>
}

/**
 * A callback into the journal, or recognised there. Throws `STATE_UNKNOWN` for a key that should have been registered, `KEY_USED`, and
 * `PARAMETERS_INVALID` for a callback that was examined and refused: kept all the same, and its repeat is refused alike.
 */
export function createKeep ({ provider, channel, journal }: KeepParts) {
  return async function keep (callback: Callback, registration: Registration | undefined): Promise<Appended> {
    if (registration === undefined && provider.unregistered === 'reject') return repeated(callback)
    if (registration === undefined || channel.examine === undefined) return journal.append(callback)
    const seen = await journal.recognise(callback)
    if (seen !== undefined) return unlessRefused(seen)
    return unlessRefused(await journal.append(withRefusal(await channel.examine(callback, registration))))
  }

  /** A registration that has expired since takes nothing new, and still answers a repeat. */
  async function repeated (callback: Callback): Promise<Appended> {
    const seen = await journal.recognise(callback)
    if (seen === undefined) throw new Failure('STATE_UNKNOWN')
    return unlessRefused(seen)
  }
}

/** The refusal goes into the reply, which the journal keeps longest: a repeat is told the same. */
function withRefusal (callback: Callback): Callback {
  const { refused, reply } = callback
  return refused === undefined ? callback : { ...callback, reply: { ...reply, refused: refused as unknown as Json } }
}

function unlessRefused (appended: Appended): Appended {
  const { refused } = (appended.reply ?? {}) as JsonObject & { readonly refused?: readonly Detail[] }
  if (refused !== undefined) throw new Failure('PARAMETERS_INVALID', { details: refused })
  return appended
}
