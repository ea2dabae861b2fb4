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
  let written = -1 // most ids of a busy moment have one time
  const text = Buffer.from('00000000-0000-7000-8000-000000000000') // written over for each id: put together of strings, it would hold on to all of them

  return function entryId () {
    const time = Math.floor(now())
    if (time > last) { last = time; count = 0 } else if (++count > 0xfff) { last++; count = 0 } // RFC 9562 §6.2, method 1
    if (last !== written) text.write(headOf(written = last), 'latin1')
    text[15] = digits[count >> 8]!
    writeByte(text, 16, count & 0xff)
    const tail = random(8)
    writeByte(text, 19, 0x80 | tail[0]! & 0x3f)
    writeByte(text, 21, tail[1]!)
    for (let i = 2; i < 8; i++) writeByte(text, 20 + 2 * i, tail[i]!)
    return text.toString('latin1')
  }
}

const digits = Buffer.from('0123456789abcdef')

function writeByte (text: Uint8Array, at: number, byte: number): void {
  text[at] = digits[byte >> 4]!
  text[at + 1] = digits[byte & 0xf]!
}

/** The head of the first id that can be made at this time: in the order of ids it stands before all later ones. */
export function idAt (time: number): string {
  return headOf(Math.max(0, Math.floor(time)))
}

function headOf (time: number): string {
  const hex = time.toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}`
}
