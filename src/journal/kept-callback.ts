import type { Callback, JsonObject } from '../domain/callback.ts'
import { Failure } from '../domain/failure.ts'

/** The text of what a callback's sealed payload holds: all but the reply, which outlives it. */
export function payloadOf ({ reply: _reply, ...rest }: Callback): string {
  return JSON.stringify(rest)
}

export interface KeptCallback {
  readonly provider: string
  readonly key: string
  readonly payload: string
  readonly reply: string | undefined
}

/** The callback as it was appended. Throws `JOURNAL_UNREADABLE` when the row is not the one that was sealed. */
export function callbackOf ({ provider, key, payload, reply }: KeptCallback): Callback {
  const rest = JSON.parse(payload) as Omit<Callback, 'reply'>
  if (rest.key !== key || rest.provider !== provider) throw new Failure('JOURNAL_UNREADABLE', { reason: 'A kept value is damaged: it is of another key.' })
  return { ...rest, ...reply === undefined ? {} : { reply: JSON.parse(reply) as JsonObject } }
}

/** What a reply's seal is bound to: not the payload's name, so that the two cannot change places. */
export function replyName (entryId: string): string {
  return `${entryId}/reply`
}
