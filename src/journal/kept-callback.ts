import type { Callback, JsonObject } from '../domain/callback.ts'

/** The text of what a callback's sealed payload holds: all but what has a column of its own. */
export function payloadOf ({ provider: _provider, key: _key, reply: _reply, ...rest }: Callback): string {
  return JSON.stringify(rest)
}

export interface KeptCallback {
  readonly provider: string
  readonly key: string
  readonly payload: string
  readonly reply: string | undefined
}

/** The callback as it was appended. */
export function callbackOf ({ provider, key, payload, reply }: KeptCallback): Callback {
  const rest = JSON.parse(payload) as Omit<Callback, 'provider' | 'key' | 'reply'>
  return { ...rest, provider, key, ...reply === undefined ? {} : { reply: JSON.parse(reply) as JsonObject } }
}

/** What a reply's seal is bound to: not the payload's name, so that the two cannot change places. */
export function replyName (entryId: string): string {
  return `${entryId}/reply`
}
