import { randomBytes } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { duplexPair, type Duplex } from 'node:stream'
import type { AedesOptions, Client } from 'aedes'
import { createAdmission, type Admission, type Authenticate, type Grant } from './access.ts'
import { listen } from './listen.ts'
import { isLocal } from './locality.ts'
import { limitPackets, type PacketLimit } from './packet-limit.ts'
import type { WebSockets } from './web-socket.ts'

export interface BrokerParts {
  readonly host: string
  /** 0 picks a free one. */
  readonly port: number
  /** Lets clients on this machine read without a password. */
  readonly allowAnonymous: boolean
  readonly topicPrefix: string
  readonly log: BrokerLog
  /** Says what a client with a password may read. Without it, nobody has one but the service. */
  readonly authenticate?: Authenticate | undefined
  /** Milliseconds after which a client that takes nothing is dropped: until then it holds up every publish. */
  readonly drainTimeout?: number
  /** Largest packet of a client other than the service, in bytes: a CONNECT carries an access token, which may be 16 KiB long. */
  readonly packetLimit?: number
  readonly maxConnections?: number
  readonly maxSubscriptions?: number
  readonly now?: () => number
}

export interface BrokerLog {
  debug (fields: object, text: string): void
  error (fields: object, text: string): void
}

/** The embedded broker: MQTT 3.1.1, everything in memory. */
export interface Broker {
  /** With these, and only with these, one may publish. Made anew at each start. */
  readonly credentials: { readonly username: string, readonly password: string }
  address (): { readonly host: string, readonly port: number }
  /** A connection within the process. */
  connect (): Duplex
  /** MQTT over WebSocket, for whoever has an HTTP server. */
  readonly webSockets: WebSockets
  close (): Promise<void>
}

/** Throws `SETTINGS_INVALID` when the address cannot be had. */
export async function openBroker ({
  host, port, allowAnonymous, topicPrefix, log, authenticate,
  drainTimeout = 3000, packetLimit = 20 * 1024, maxConnections = 1000, maxSubscriptions = 100, now = Date.now,
}: BrokerParts): Promise<Broker> {
  const [{ Aedes }, { openWebSockets }] = await Promise.all([import('aedes'), import('./web-socket.ts')]) // not loaded beside an external broker
  const credentials = { username: `service-${randomBytes(8).toString('hex')}`, password: randomBytes(24).toString('base64url') }
  const admit = createAdmission({ credentials, allowAnonymous, topicPrefix, authenticate })
  const grants = new WeakMap<Client, Grant>()
  const limits = new WeakMap<Duplex, PacketLimit>()
  const streams = new Set<Duplex>()
  const webSockets = openWebSockets({ maxConnections, handle })

  const aedes = await Aedes.createBroker({
    drainTimeout,
    connectTimeout: 5000,
    keepaliveLimit: 3600,
    maxTopicLevels: 32,
    maxClientsIdLength: 2 ** 17, // the name before it is not the client's to shorten
    preConnect (_client, packet, done) {
      if (packet.clientId !== '') packet.clientId = `${packet.username ?? ''} ${packet.clientId}` // [MQTT-3.1.4-2] ends the connection that has it: only one's own; no name has a blank
      packet.clean = true // no memory for whoever is away: the retained event is there when they are back
      delete packet.will // a will is a publish
      done(null, true)
    },
    authenticate (client, username, password, done) {
      const applicant = { clientId: client.id, username, password: password?.toString(), local: isLocal(client.conn, client.req) }
      admit(applicant).catch((): Admission => 'not authorized').then(admission => {
        if (typeof admission === 'string') return done(refusal(admission), null)
        grants.set(client, admission)
        if (admission.publishes) limits.get(client.conn)?.lift()
        done(null, true)
      }).catch((error: unknown) => log.error({ err: error }, 'broker failed to admit a client'))
    },
    authorizePublish (client, _packet, done) {
      // MQTT 3.1.1 knows no way to refuse a publish but to close the connection: [MQTT-3.3.5-2]
      done(client !== null && grants.get(client)?.publishes === true ? null : new Error('only the service publishes'))
    },
    authorizeSubscribe (client, subscription, done) {
      const within = Object.keys((client as Client & { readonly subscriptions: object }).subscriptions).length < maxSubscriptions
      done(null, within && mayRead(client, subscription.topic) ? subscription : null)
    },
    authorizeForward: (client, packet) => mayRead(client, packet.topic) ? packet : null,
  } satisfies AedesOptions)

  aedes.on('clientReady', dropWhenExpired)
  aedes.on('clientError', (_client, error) => log.debug({ reason: error.message }, 'broker dropped a client'))
  aedes.on('connectionError', (_client, error) => log.debug({ reason: error.message }, 'broker dropped a connection'))
  const emitter: EventEmitter = aedes // its types do not name the event
  emitter.on('error', (error: Error) => log.error({ err: error }, 'broker failed'))

  const listening = await listen({ host, port, maxConnections, handle: stream => handle(stream) }).catch((thrown: unknown) => {
    aedes.close()
    throw thrown
  })
  let closed: Promise<void> | undefined

  return {
    credentials,
    webSockets,
    address: () => listening.address,
    connect () {
      const [ours, theirs] = duplexPair()
      for (const [one, other] of [[ours, theirs], [theirs, ours]] as const) one.once('close', () => other.destroy())
      handle(theirs)
      return ours
    },
    close () {
      closed ??= close()
      return closed
    },
  }

  function handle (stream: Duplex, request?: IncomingMessage): void {
    if (closed !== undefined) return void stream.destroy()
    streams.add(stream)
    stream.once('close', () => streams.delete(stream))
    limits.set(stream, limitPackets(stream, packetLimit))
    aedes.handle(stream, request)
  }

  function mayRead (client: Client, topicFilter: string): boolean {
    const access = grants.get(client)?.access
    return access !== undefined && (access.expiresAt ?? Infinity) > now() && access.allows(topicFilter)
  }

  function dropWhenExpired (client: Client): void {
    const expiresAt = grants.get(client)?.access.expiresAt
    if (expiresAt === undefined) return
    const timer = setTimeout(() => client.close(), Math.min(Math.max(0, expiresAt - now()), 2 ** 31 - 1))
    client.conn.once('close', () => clearTimeout(timer))
  }

  async function close (): Promise<void> {
    const freed = listening.close()
    webSockets.close()
    await new Promise<void>(resolve => aedes.close(resolve))
    for (const stream of streams) stream.destroy()
    await freed
  }
}

const returnCodes = { 'bad credentials': 4, 'not authorized': 5 } as const // MQTT 3.1.1 table 3.1

function refusal (admission: keyof typeof returnCodes) {
  return Object.assign(new Error(admission), { returnCode: returnCodes[admission] })
}
