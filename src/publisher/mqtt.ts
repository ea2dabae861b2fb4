import { randomUUID } from 'node:crypto'
import type { MqttClient } from 'mqtt'
import { Failure } from '../domain/failure.ts'
import { addressesOf, type AddressParts } from './address.ts'
import type { Connection } from './connection.ts'
import { keepLink, type PublisherLog } from './link.ts'
import type { Publisher } from './publisher.ts'
import { createWindow } from './window.ts'

export interface MqttPublisherParts extends AddressParts {
  /** Default: unique for each process. */
  readonly clientId?: string | undefined
  readonly log: PublisherLog
  /** Most publishes under way at once. */
  readonly window?: number
  /** Milliseconds until a publish ends in any case. */
  readonly deadline?: number
  readonly connectTimeout?: number
  readonly backoff?: { readonly first: number, readonly cap: number }
  readonly now?: () => number
  readonly random?: () => number
}

/**
 * Publishes to the first of the brokers that answers, over MQTT 5 or, where that is refused, 3.1.1. Starts to connect at once
 * and never gives up; throws nothing for a broker that is away.
 */
export function openMqttPublisher ({
  clientId = `callback-receiver-${randomUUID()}`, log, window: size = 64, deadline = 8000, connectTimeout = 5000,
  backoff = { first: 250, cap: 10_000 }, now = Date.now, random = Math.random, ...where
}: MqttPublisherParts): Publisher {
  let current: Connection | undefined
  let full = true
  let closing: Promise<void> | undefined
  let wake = () => {}
  let whenIdle = () => {}

  const window = createWindow({ size, deadline, now, onChange })
  const link = keepLink({
    addresses: addressesOf(where), clientId, log, connectTimeout, backoff, random,
    onUp (connection) {
      current = connection
      window.up(connection)
    },
    onDown (end) {
      current = undefined
      window.down(end)
    },
  })
  const capacity = () => closing === undefined ? window.room() : 0

  return {
    capacity,
    async publish (event, expiresAt) {
      return publish({ topic: event.topic, payload: event.payload, expiresAt })
    },
    async clear (topic) {
      await publish({ topic, payload: '' })
    },
    onReady (given) { wake = given },
    health () {
      const trouble = link.trouble()
      return trouble === undefined ? { status: 'ok' } : { status: 'degraded', reason: trouble }
    },
    close (grace) {
      closing ??= close(grace)
      return closing
    },
  }

  async function publish (packet: Parameters<typeof window.publish>[0]) {
    if (closing !== undefined) throw new Failure('BROKER_AWAY', { reason: 'the publisher is closing' })
    const published = window.publish(packet)
    if (window.room() === 0) full = true
    return published
  }

  function onChange (): void {
    if (window.underWay() === 0) whenIdle()
    if (window.room() === 0) full = true
    else if (full) {
      full = false
      setImmediate(() => { if (capacity() > 0) wake() }) // acknowledgements come in bursts: one wake for all of them
    }
  }

  async function close (grace: number): Promise<void> {
    link.stop()
    if (window.underWay() > 0) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, grace)
      whenIdle = resolve
      await promise
      clearTimeout(timer)
    }
    if (current === undefined) return
    const { ended, client, drop } = current
    if (window.underWay() === 0) await leave(client, Math.min(grace, 250))
    drop('the publisher is closed')
    await ended
  }
}

/** Says DISCONNECT, and waits for the broker to hang up, but not for long. */
async function leave (client: MqttClient, patience: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, patience)
  client.end(false, () => resolve())
  await promise
  clearTimeout(timer)
  client.stream.destroy()
}
