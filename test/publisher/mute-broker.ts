import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'

export interface MuteBrokerParts {
  /** MQTT 5 CONNACK properties, encoded. */
  readonly properties?: readonly number[]
}

export interface MuteBroker {
  readonly url: string
  /** Packet identifiers of the publishes that came and were not acknowledged, in order. */
  readonly unacknowledged: number[]
  connections (): number
  /** Acknowledges the oldest. */
  acknowledge (reasonCode: number): void
  disconnect (reasonCode: number): void
  close (): Promise<void>
}

/** A broker that welcomes everybody over MQTT 5 and then says nothing until it is told to. */
export async function startMuteBroker ({ properties = [] }: MuteBrokerParts = {}): Promise<MuteBroker> {
  const unacknowledged: number[] = []
  const sockets: Socket[] = []
  const server = createServer(socket => {
    sockets.push(socket)
    unacknowledged.length = 0
    let rest = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('data', chunk => {
      rest = Buffer.concat([rest, chunk])
      for (let packet = firstPacket(rest); packet !== undefined; packet = firstPacket(rest)) {
        rest = rest.subarray(packet.size)
        if (packet.type === 1) socket.write(Buffer.from([0x20, 3 + properties.length, 0, 0, properties.length, ...properties]))
        if (packet.type === 3) unacknowledged.push(packet.body.readUInt16BE(2 + packet.body.readUInt16BE(0)))
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    unacknowledged,
    connections: () => sockets.length,
    acknowledge (reasonCode) {
      const id = unacknowledged.shift() ?? 0
      sockets.at(-1)?.write(Buffer.from([0x40, 4, id >> 8, id & 255, reasonCode, 0]))
    },
    disconnect (reasonCode) { sockets.at(-1)?.end(Buffer.from([0xe0, 2, reasonCode, 0])) },
    async close () {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

function firstPacket (bytes: Buffer): { type: number, size: number, body: Buffer } | undefined {
  let length = 0
  for (let at = 1; at < Math.min(bytes.length, 5); at++) {
    const byte = bytes.readUInt8(at)
    length += (byte & 127) * 128 ** (at - 1)
    if (byte >= 128) continue
    const size = at + 1 + length
    return size > bytes.length ? undefined : { type: bytes.readUInt8(0) >> 4, size, body: bytes.subarray(at + 1, size) }
  }
  return undefined
}
