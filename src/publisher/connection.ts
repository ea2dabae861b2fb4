import mqtt, { type IConnackPacket, type MqttClient } from 'mqtt'
import type { Duplex } from 'node:stream'
import type { Address } from './address.ts'
import { wordOf } from './reason-codes.ts'

/** One connection to one broker, from its CONNACK to its end. It is never mended: another one takes its place. */
export interface Connection {
  readonly broker: string
  readonly client: MqttClient
  readonly version: 4 | 5
  /** How many publishes the broker takes before it must have acknowledged one. */
  readonly receiveMaximum: number
  /** In bytes. */
  readonly maximumPacketSize: number
  /** The reason code of the last PUBACK; mqtt.js gives those of success to nobody. */
  pubackReason (): number
  /** True at once when it ended, while `ended` is told a moment later. */
  over (): boolean
  readonly ended: Promise<End>
  /** Ends it at once. */
  drop (reason: string): void
}

export interface End {
  readonly reason: string
  /** Of the broker's DISCONNECT. */
  readonly reasonCode: number | undefined
}

export interface Refusal {
  readonly refused: string
  /** The broker does not speak MQTT 5. */
  readonly wrongVersion: boolean
}

export interface ConnectParts {
  readonly address: Address
  readonly version: 4 | 5
  readonly clientId: string
  readonly connectTimeout: number
  readonly signal: AbortSignal
}

/** One try. Never throws, and ends within `connectTimeout`. */
export async function connect ({ address, version, clientId, connectTimeout, signal }: ConnectParts): Promise<Connection | Refusal> {
  const client = open(address, {
    ...address.options, clientId, connectTimeout, protocolVersion: version, clean: true, reconnectPeriod: 0, queueQoSZero: false, keepalive: 15,
    reschedulePings: false, log: () => {}, // a timer anew for each PUBACK, and words for nobody, cost more than the packet
    writeCache: false, // 65 536 small buffers, 9 MB
  })
  let reason: string | undefined
  let reasonCode: number | undefined
  let pubackReason = 0
  let over = false
  const ended = Promise.withResolvers<End>()

  function drop (why: string) {
    if (over) return
    over = true
    reason ??= why
    client.end(true)
    ended.resolve({ reason, reasonCode })
  }
  client.on('error', error => {
    reason ??= wordsOf(error)
    if (error.message === invalidPuback) reasonCode = 0x82
    if (client.connected) drop(reason) // what the parser stumbled over, nobody will ever answer
  })
  client.on('disconnect', packet => {
    reasonCode = packet.reasonCode ?? 0
    reason = `the broker closed the connection: ${wordOf(reasonCode)}`
    drop(reason)
  })
  client.on('close', () => drop('the connection was closed'))
  client.on('packetreceive', packet => { if (packet.cmd === 'puback') pubackReason = packet.reasonCode ?? 0 })

  const answer = await firstAnswer(client, signal)
  if (!('connack' in answer)) {
    drop('gave up')
    return { refused: wordsOf(answer.error), wrongVersion: version === 5 && isWrongVersion(answer.error) }
  }
  const properties = answer.connack.properties ?? {}
  if (properties.retainAvailable === false || properties.maximumQoS === 0) {
    drop('gave up')
    return { refused: 'the broker keeps no retained events, or acknowledges none', wrongVersion: false }
  }
  // Nagle would hold each burst back for the ACK of the one before
  ;(client.stream as Duplex & { setNoDelay?: (on: boolean) => void }).setNoDelay?.(true)
  return {
    broker: address.name,
    client,
    version,
    receiveMaximum: properties.receiveMaximum ?? 65535,
    maximumPacketSize: properties.maximumPacketSize ?? Infinity,
    pubackReason: () => pubackReason,
    over: () => over,
    ended: ended.promise,
    drop,
  }
}

/** mqtt-packet's word for a reason code that is none of PUBACK's, such as Mosquitto's 0x95 for an event above its `message_size_limit`. */
const invalidPuback = 'Invalid puback reason code'

function open ({ target }: Address, options: mqtt.IClientOptions): MqttClient {
  return typeof target === 'string' ? mqtt.connect(target, options) : new mqtt.MqttClient(target, options)
}

async function firstAnswer (client: MqttClient, signal: AbortSignal): Promise<{ connack: IConnackPacket } | { error: Error }> {
  const { promise, resolve } = Promise.withResolvers<{ connack: IConnackPacket } | { error: Error }>()
  const stop = () => resolve({ error: new Error('stopped') })
  client.once('connect', connack => resolve({ connack }))
  client.once('error', error => resolve({ error }))
  client.once('close', () => resolve({ error: new Error('the connection was closed before it was accepted') }))
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  try {
    return await promise
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function isWrongVersion (error: Error & { code?: unknown }): boolean {
  return error.code === 1 || error.code === 0x84 // MQTT 3.1.1 table 3.1, MQTT 5 §3.2.2.2
}

/** Node names its faults by code, mqtt.js the broker's by number and message. */
function wordsOf (error: Error & { code?: unknown }): string {
  return typeof error.code === 'string' ? error.code : error.message
}
