import mqtt, { type IClientOptions, type IPublishPacket } from 'mqtt'
import type { Test } from 'tap'
import type { AuthorizationEvent } from '../src/domain/event.ts'

export interface Received {
  readonly topic: string
  readonly event: AuthorizationEvent
  readonly packet: IPublishPacket
}

/** An MQTT client that collects events; `until` waits for as many as its test needs, and fails after ten seconds. */
export async function subscribe (t: Pick<Test, 'teardown'>, url: string, { filter = 'callbacks/v1/#', ...options }: IClientOptions & { filter?: string } = {}) {
  const client = await mqtt.connectAsync(url, { protocolVersion: 4, reconnectPeriod: 200, ...options })
  t.teardown(() => client.endAsync(true))
  const received: Received[] = []
  const waiting = new Set<() => void>()
  client.on('message', (topic, payload, packet) => {
    if (payload.length > 0) received.push({ topic, event: JSON.parse(payload.toString()) as AuthorizationEvent, packet })
    for (const look of waiting) look()
  })
  await client.subscribeAsync(filter, { qos: 1 })

  async function until (isEnough: (received: readonly Received[]) => boolean, milliseconds = 10_000): Promise<readonly Received[]> {
    if (isEnough(received)) return received
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => { waiting.delete(look); reject(new Error(`waited ${milliseconds} ms; received ${JSON.stringify(received.map(({ event }) => event))}`)) }, milliseconds)
      function look () {
        if (!isEnough(received)) return
        clearTimeout(timer)
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
    })
    return received
  }

  return { client, received, until, count: (n: number, milliseconds?: number) => until(all => all.length >= n, milliseconds) }
}
