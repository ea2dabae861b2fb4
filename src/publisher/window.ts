import { Failure } from '../domain/failure.ts'
import type { Connection, End } from './connection.ts'
import { packetSize } from './packet-size.ts'
import type { Published } from './publisher.ts'
import { lossOf, refusalOf } from './reason-codes.ts'

export interface Packet {
  readonly topic: string
  readonly payload: string
  /** Milliseconds since 1970; absent: never. */
  readonly expiresAt?: number
}

interface Publish extends Packet {
  readonly since: number
  readonly timer: NodeJS.Timeout
  resolve (published: Published): void
  reject (failure: Failure): void
}

export interface WindowParts {
  /** Most publishes under way at once; the broker may want fewer. */
  readonly size: number
  /** Milliseconds from the call to its end in any case. */
  readonly deadline: number
  /** Told each time when something came to its end, or a connection came. */
  readonly onChange: () => void
  readonly now: () => number
}

/** The publishes under way on one connection after the other, each kept until its PUBACK, its deadline or the connection's end. */
export function createWindow ({ size, deadline, onChange, now }: WindowParts) {
  let connection: Connection | undefined
  const waiting = new Set<Publish>()
  const underWay = new Set<Publish>()

  return {
    room: () => Math.max(0, limit() - underWay.size - waiting.size),
    underWay: () => underWay.size + waiting.size,
    publish,
    up (fresh: Connection) {
      connection = fresh
      onChange()
    },
    down ({ reason, reasonCode }: End) {
      connection = undefined
      const loss = lossOf(reason, reasonCode, underWay.size)
      const unsent = new Failure('BROKER_AWAY', { reason })
      for (const one of underWay) end(one, () => one.reject(loss))
      for (const one of waiting) end(one, () => one.reject(unsent))
      onChange()
    },
  }

  function publish (packet: Packet): Promise<Published> {
    return new Promise((resolve, reject) => {
      if (connection === undefined || connection.over()) return reject(new Failure('BROKER_AWAY', { reason: 'not connected to a broker' }))
      if (packetSize(packet.topic, packet.payload) > connection.maximumPacketSize) return reject(refusalOf(0x95)) // [MQTT-3.2.2-15]
      const one: Publish = { ...packet, since: performance.now(), timer: setTimeout(() => expire(one), deadline), resolve, reject }
      waiting.add(one)
      send()
    })
  }

  function limit (): number {
    return connection === undefined || connection.over() ? 0 : Math.min(size, connection.receiveMaximum)
  }

  function send (): void {
    while (connection !== undefined && underWay.size < limit()) {
      const [one] = waiting
      if (one === undefined) return
      if (performance.now() - one.since > deadline / 2) { // too late for an answer that the broker can be blamed for
        end(one, () => one.reject(new Failure('BROKER_AWAY', { reason: 'the broker is slow to acknowledge' })))
        continue
      }
      waiting.delete(one)
      underWay.add(one)
      write(connection, one)
    }
  }

  function write (over: Connection, one: Publish): void {
    const properties = over.version === 4 || one.expiresAt === undefined
      ? {}
      : { properties: { messageExpiryInterval: Math.max(1, Math.floor((one.expiresAt - now()) / 1000)), contentType: 'application/cloudevents+json' } }
    over.client.publish(one.topic, one.payload, { qos: 1, retain: true, ...properties }, error => {
      if (!underWay.has(one)) return
      if (!error) end(one, () => one.resolve({ brokerExpires: over.version === 5, reasonCode: over.pubackReason() }))
      else if (isRefusal(error)) end(one, () => one.reject(refusalOf(error.code)))
      else return // the connection is at its end, and `down` knows more
      send()
    })
  }

  function expire (one: Publish): void {
    const sent = underWay.has(one)
    end(one, () => one.reject(new Failure('BROKER_AWAY', { reason: 'the broker did not acknowledge in time' })))
    if (sent) connection?.drop('the broker did not acknowledge in time') // half-dead: it may never answer again
  }

  function end (one: Publish, settle: () => void): void {
    clearTimeout(one.timer)
    underWay.delete(one)
    waiting.delete(one)
    settle()
    onChange()
  }
}

function isRefusal (error: Error & { readonly code?: unknown }): error is Error & { readonly code: number } {
  return typeof error.code === 'number' && error.code >= 0x80
}
