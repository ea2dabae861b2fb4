import type { Callback } from '../../../domain/callback.ts'
import type { RecordedEvent } from '../../../domain/event.ts'

/**
 * A key whose only entry is on a sheet: no table knows it yet. It waits, is asked for, is told what came of it, its events are sent, and it is
 * done; whatever else happens to it, it is folded into the tables first.
 */
export interface Fresh {
  readonly provider: string
  readonly key: string
  /** Of its entry. */
  readonly seq: number
  readonly id: string
  /** The bytes of the fingerprint, as Latin-1: the smallest that a string can hold them in. */
  readonly fingerprint: string
  readonly receivedAt: number
  /** 1 for a refused callback, else 0. */
  readonly refusal: number
  /** The sheet that holds its callback. */
  readonly sheet: number
  /** The callback, while few enough wait to keep it in memory. */
  callback: Callback | undefined
  stage: 'waiting' | 'asked' | 'told' | 'sent' | 'done' | 'folded'
  /** Of the last ask that ended. */
  attempt: number
  told: FreshTold | undefined
  /** Whoever asks for it or sends its event, until when. */
  held: FreshHeld | undefined
}

export interface FreshHeld { readonly fresh: Fresh, readonly until: number }

export interface FreshTold {
  readonly at: number
  readonly gist: string | undefined
  readonly final: boolean
  readonly events: readonly FreshEvent[]
}

export interface FreshEvent {
  readonly seq: number
  readonly event: RecordedEvent
  attempt: number
  publishedAt: number | undefined
  clearAt: number | undefined
}

/** The oldest event that the broker has not acknowledged. */
export function nextEventOf ({ told }: Fresh): FreshEvent | undefined {
  return told?.events.find(({ publishedAt }) => publishedAt === undefined)
}

/** Events that the broker has not acknowledged. */
export function unpublishedOf ({ told }: Fresh): number {
  return told?.events.reduce((number, { publishedAt }) => publishedAt === undefined ? number + 1 : number, 0) ?? 0
}

/** When all was done; only for one that is. */
export function endOf ({ told, receivedAt }: Fresh): number {
  return told?.events.at(-1)?.publishedAt ?? told?.at ?? receivedAt
}
