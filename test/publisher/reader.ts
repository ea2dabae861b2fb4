import mqtt, { type IClientOptions, type IPublishPacket } from 'mqtt'

export interface Reader {
  /** In the order in which they came. */
  readonly packets: IPublishPacket[]
  payloads (): string[]
  close (): Promise<void>
}

/** A subscriber that has been granted its topics before this resolves. */
export async function openReader (url: string, topics: readonly string[], options: IClientOptions = {}): Promise<Reader> {
  const client = await mqtt.connectAsync(url, { reconnectPeriod: 0, protocolVersion: 5, ...options }, false)
  const packets: IPublishPacket[] = []
  client.on('message', (_topic, _payload, packet) => packets.push(packet))
  await client.subscribeAsync([...topics], { qos: 1 })
  return {
    packets,
    payloads: () => packets.map(packet => packet.payload.toString()),
    async close () { await client.endAsync(true) },
  }
}
