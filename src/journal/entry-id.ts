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
  let [written, head] = [-1, ''] // most ids of a busy moment have one time

  return function entryId () {
    const time = Math.floor(now())
    if (time > last) { last = time; count = 0 } else if (++count > 0xfff) { last++; count = 0 } // RFC 9562 §6.2, method 1
    if (last !== written) { written = last; head = headOf(last) }
    const tail = random(8)
    tail[0] = 0x80 | tail[0]! & 0x3f
    const hex = Buffer.from(tail.buffer, tail.byteOffset, 8).toString('hex')
    return `${head}-${(0x7000 | count).toString(16)}-${hex.slice(0, 4)}-${hex.slice(4)}`
  }
}

/** The head of the first id that can be made at this time: in the order of ids it stands before all later ones. */
export function idAt (time: number): string {
  return headOf(Math.max(0, Math.floor(time)))
}

function headOf (time: number): string {
  const hex = time.toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}`
}
