import type { Callback, JsonObject } from '../../../domain/callback.ts'
import type { Fresh, FreshEvent, FreshTold } from './fresh.ts'

/** A callback came. */
export interface AppendedLine {
  readonly appended: readonly [seq: number, id: string, fingerprint: string, receivedAt: number, refusal: number]
  readonly callback: Omit<Callback, 'reply'>
  readonly reply: JsonObject | null
}

/** Its result was told. */
export interface ToldLine {
  readonly told: readonly [seq: number, attempt: number, at: number, gist: string | null, final: boolean]
  readonly events: readonly (readonly [seq: number, id: string, type: string, topic: string, payload: string])[]
}

/** One of its events was acknowledged. */
export interface PublishedLine {
  readonly published: readonly [seq: number, event: number, attempt: number, at: number, clearAt: number | null]
}

export type SheetLine = AppendedLine | ToldLine | PublishedLine

/** `payload` and `reply` are JSON texts already. */
export function appendedLine ({ seq, id, fingerprint, receivedAt, refusal }: Omit<Fresh, 'sheet'>, payload: string, reply: string | null): string {
  return `{"appended":[${seq},"${id}","${Buffer.from(fingerprint, 'latin1').toString('base64')}",${receivedAt},${refusal}],"callback":${payload},"reply":${reply}}`
}

export function toldLine ({ seq }: Fresh, attempt: number, { at, gist, final, events }: FreshTold): string {
  const told = events.map(({ seq: own, event: { id, type, topic, payload } }) => [own, id, type, topic, payload])
  return JSON.stringify({ told: [seq, attempt, at, gist ?? null, final], events: told } satisfies { told: ToldLine['told'], events: unknown })
}

export function publishedLine ({ seq }: Fresh, event: FreshEvent, attempt: number, at: number, clearAt: number | undefined): string {
  return JSON.stringify({ published: [seq, event.seq, attempt, at, clearAt ?? null] } satisfies PublishedLine)
}
