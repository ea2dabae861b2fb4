import { hash } from 'node:crypto'

const block = 64 // bytes that SHA-256 takes at a time

/**
 * HMAC-SHA256 (RFC 2104) of a text in UTF-8, 32 bytes, for secrets of at most 64 bytes. Written out, because `createHmac` makes an object
 * for each hash, which costs more than to make the hash.
 */
export function createKeyedHash (secret: Uint8Array): (text: string) => Uint8Array {
  if (secret.length > block) throw new RangeError('a longer secret would have to be hashed first')
  const padded = (pad: number, length: number) => Buffer.alloc(length).fill(pad, 0, block).map((byte, at) => byte ^ (secret[at] ?? 0))
  const outer = Buffer.from(padded(0x5c, block + 32))
  let inner = Buffer.from(padded(0x36, 2048))

  return function keyedHash (text) {
    const most = block + text.length * 3
    if (most > inner.length) inner = Buffer.concat([inner.subarray(0, block)], most)
    const length = block + inner.write(text, block)
    outer.write(hash('sha256', inner.subarray(0, length), 'binary'), block, 'latin1') // as text: half the time of a Buffer
    return Buffer.from(hash('sha256', outer, 'binary'), 'latin1')
  }
}
