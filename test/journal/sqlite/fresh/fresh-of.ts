import type { Fresh } from '../../../../src/journal/sqlite/fresh/fresh.ts'
import { callback } from '../../journal-contract.ts'

/** A fresh key, for tests: as it is when it was just appended. */
export function freshOf (seq: number, more: Partial<Fresh> = {}): Fresh {
  const key = `k${seq}`
  return {
    provider: 'tokenio', key, seq, id: `id${seq}`, fingerprint: '\u0000\u00ff"\\', receivedAt: seq, refusal: 0, sheet: seq,
    callback: callback(key), stage: 'waiting', attempt: 0, told: undefined, held: undefined, ...more,
  }
}

export function toldOf (...publishedAt: (number | undefined)[]): NonNullable<Fresh['told']> {
  return { at: 50, gist: 'g', final: false, events: publishedAt.map((at, i) => ({ seq: i + 1, event: { id: `e${i}`, type: 'x', topic: 't', payload: '{}' }, attempt: 0, publishedAt: at, clearAt: undefined })) }
}
