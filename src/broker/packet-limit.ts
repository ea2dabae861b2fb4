import type { Duplex } from 'node:stream'

export interface PacketLimit {
  /** From now on packets may be of any size. */
  lift (): void
}

/**
 * Ends a connection whose next packet announces more bytes than `limit`. The parser behind it would collect up to 256 MB
 * of a packet, from anyone, before it looks at the first one.
 */
export function limitPackets (stream: Duplex, limit: number): PacketLimit {
  let most = limit
  let body = 0 // bytes of the current packet still to come
  let length = 0
  let scale = 0 // 0: the next byte begins a packet; else the weight of the next length byte

  const read = stream.read.bind(stream)
  stream.read = size => {
    const chunk = read(size) as Buffer | null
    if (chunk === null || most === Infinity || !announcesTooMuch(chunk)) return chunk
    stream.destroy(new Error('packet too large'))
    return null
  }
  return { lift () { most = Infinity } }

  // MQTT 3.1.1 §2.2: one byte of type and flags, then the remaining length in one to four bytes of seven bits
  function announcesTooMuch (chunk: Buffer): boolean {
    for (let at = 0; at < chunk.length;) {
      if (body > 0) {
        const step = Math.min(body, chunk.length - at)
        body -= step
        at += step
        continue
      }
      const byte = chunk.readUInt8(at++)
      if (scale === 0) {
        [scale, length] = [1, 0]
        continue
      }
      length += (byte & 127) * scale
      scale *= 128
      if (length > most || scale > 128 ** 4) return true
      if (byte < 128) [body, scale] = [length, 0]
      else if (scale === 128 ** 4) return true
    }
    return false
  }
}
