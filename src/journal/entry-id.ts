import { randomOf } from '../database/random.ts'

export interface EntryIdParts {
  /** Milliseconds since 1970. */
  readonly now?: () => number
  readonly random?: (bytes: number) => Uint8Array
}

/** Makes UUIDs of version 7 (RFC 9562 §5.7) that only ever grow, also within a millisecond and when the clock is set back. */
export function createEntryId ({ now = Date.now, random = randomOf }: EntryIdParts = {}): () => string {
  let last = -1
  let count = 0

  return function entryId () {
    const time = Math.floor(now())
    if (time > last) { last = time; count = 0 } else if (++count > 0xfff) { last++; count = 0 } // RFC 9562 §6.2, method 1
    const tail = Buffer.from(random(8))
    tail[0] = 0x80 | tail[0]! & 0x3f
    const hex = last.toString(16).padStart(12, '0') + (0x7000 | count).toString(16) + tail.toString('hex')
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
  }
}

/** The head of the first id that can be made at this time: in the order of ids it stands before all later ones. */
export function idAt (time: number): string {
  const hex = Math.max(0, Math.floor(time)).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}`
}
