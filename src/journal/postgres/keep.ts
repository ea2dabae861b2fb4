import type { Callback } from '../../domain/callback.ts'
import type { Failure } from '../../domain/failure.ts'
import type { Appended } from '../journal.ts'
import type { PostgresParts } from './parts.ts'

/** A callback, ready to be kept. */
export interface Work {
  readonly callback: Callback, readonly provider: string, readonly key: string
  readonly id: string, readonly fingerprint: Uint8Array, readonly payload: Uint8Array, readonly reply: Uint8Array | null
  /** Milliseconds until its result is first asked for. */
  readonly delay: number
}

export interface KeepParts extends Pick<PostgresParts, 'database' | 'clock'> {
  readonly repeatOf: (known: Known) => Appended
}

/** What became of a group, one answer for each. */
export interface Kept {
  readonly answers: readonly (Appended | Failure)[]
  /** Whether there is something to be asked for at once. */
  readonly wakes: boolean
}

export interface Known { readonly id: string, readonly fingerprint: Uint8Array, readonly reply: Uint8Array | null }

export const know = { name: 'append_know', text: 'SELECT id, fingerprint, reply FROM entries WHERE fingerprint = ANY($1::bytea[])' }

export function textOf (fingerprint: Uint8Array): string {
  return Buffer.from(fingerprint.buffer, fingerprint.byteOffset, fingerprint.length).toString('latin1')
}
