import mqtt from 'mqtt'
import { startMosquitto } from '../test/mosquitto.ts'
import type { Ids } from './ids.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { startTokenio, type SimulatedTokenio } from './tokenio.ts'

/** All that stands around the service: the provider that it asks, the broker that it publishes to, and a subscriber that counts. */
export interface FarSide {
  readonly tokenio: SimulatedTokenio
  readonly brokerUrl: string
  readonly ledger: Ledger
  close (): Promise<void>
}

/** Anew for each measurement: a broker that holds the retained events of the last one is slower. */
export async function openFarSide (ids: Ids): Promise<FarSide> {
  const ledger = createLedger()
  const tokenio = await startTokenio()
  const broker = await startMosquitto({ settings: ['max_queued_messages 0'] }) // a subscriber that lags must not look like events lost
  const subscriber = await mqtt.connectAsync(broker.url, { protocolVersion: 5, reconnectPeriod: 0 })
  subscriber.on('message', (topic, payload) => {
    const number = payload.length === 0 ? undefined : ids.numberOf(topic)
    if (number !== undefined) ledger.arrived(number)
  })
  await subscriber.subscribeAsync('callbacks/v1/#', { qos: 1 })

  return {
    tokenio,
    brokerUrl: broker.url,
    ledger,
    async close () {
      await subscriber.endAsync(true)
      await broker.stop()
      await tokenio.close()
    },
  }
}
