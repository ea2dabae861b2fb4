import { Failure } from '../domain/failure.ts'

/** MQTT 5 §2.4: what a broker says of a publish, or of the connection that carried it. */
const words: { readonly [code: number]: string } = {
  0x80: 'unspecified error',
  0x81: 'malformed packet',
  0x82: 'protocol error',
  0x83: 'implementation specific error',
  0x87: 'not authorized',
  0x89: 'server busy',
  0x8b: 'server shutting down',
  0x8d: 'keep alive timeout',
  0x8e: 'session taken over',
  0x90: 'topic name invalid',
  0x91: 'packet identifier in use',
  0x93: 'receive maximum exceeded',
  0x95: 'packet too large',
  0x96: 'message rate too high',
  0x97: 'quota exceeded',
  0x98: 'administrative action',
  0x99: 'payload format invalid',
  0x9a: 'retain not supported',
  0x9b: 'QoS not supported',
  0x9c: 'use another server',
  0x9d: 'server moved',
}

const forGood = new Set([0x90, 0x95, 0x99])
const aboutPacket = new Set([0x81, 0x82, 0x87, 0x90, 0x93, 0x95, 0x99, 0x9a, 0x9b])

/** A PUBACK's reason code of 0x80 or above. */
export function refusalOf (reasonCode: number): Failure {
  return new Failure(forGood.has(reasonCode) ? 'PUBLISH_REFUSED_FOR_GOOD' : 'PUBLISH_REFUSED', { reason: `the broker refused the event: ${wordOf(reasonCode)}`, cause: { reasonCode } })
}

/**
 * A connection that ended with `underWay` publishes unacknowledged. One of them may be why: then the try counts, since a broker
 * that hangs up on an event does so each time, and that event must come to its end without holding up its neighbours.
 */
export function lossOf (reason: string, reasonCode: number | undefined, underWay: number): Failure {
  if (reasonCode === undefined || !aboutPacket.has(reasonCode)) return new Failure('BROKER_AWAY', { reason })
  return underWay === 1 ? refusalOf(reasonCode) : new Failure('PUBLISH_REFUSED', { reason })
}

export function wordOf (reasonCode: number): string {
  return words[reasonCode] ?? `reason code 0x${reasonCode.toString(16)}`
}
