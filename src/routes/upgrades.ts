import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { Failure } from '../domain/failure.ts'
import { networkOf } from './network.ts'

/** Who takes over the connections that ask for a WebSocket. */
export interface Upgrades {
  readonly path: string
  /** Throws a `Failure` while nothing is written to the connection. */
  accept (request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** How many connections one address, or one /64 of IPv6, may have open at a time. */
  readonly mostOfNetwork?: number
}

const untilOneMayEnd = 5_000 // who shows no token in this time has lost the connection: there may be room again

/**
 * A request for an upgrade takes the way of every request before its handshake: it counts at the same pace, and what
 * refuses it is answered in the same form.
 */
export async function addUpgrades (app: FastifyInstance, { path, accept, mostOfNetwork = 200 }: Upgrades): Promise<void> {
  const { ServerResponse: Answer } = await import('node:http') // by name, it loads Node's own fetch: only where there are upgrades
  const heads = new WeakMap<IncomingMessage, Buffer>()
  const open = new Map<string, number>()

  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => {}) // a peer that goes away meanwhile concerns nobody
    heads.set(request, head)
    app.routing(request, answerOver(request.socket, new Answer(request)))
  })

  app.get(path, { schema: { hide: true } }, ({ raw, ip }, reply) => {
    const head = heads.get(raw)
    if (head === undefined) throw new Failure('NOT_FOUND') // it asked for no upgrade
    if (raw.socket.destroyed) throw new Failure('NOT_FOUND') // gone meanwhile: no `close` may come that would set its place free
    const network = networkOf(ip)
    const count = open.get(network) ?? 0
    if (count >= mostOfNetwork) throw new Failure('RATE_LIMITED', { reason: 'too many connections', retryAfter: untilOneMayEnd })
    accept(raw, raw.socket, head)
    open.set(network, count + 1)
    raw.socket.once('close', () => leave(network))
    reply.hijack().raw.detachSocket(raw.socket)
  })

  function leave (network: string): void {
    const left = (open.get(network) ?? 0) - 1
    if (left > 0) open.set(network, left)
    else open.delete(network)
  }
}

/** Any other upgrade is not taken up: the request is answered as if it had asked for none. */
export function isUpgradeTo (path: string, { method, url, headers: { upgrade = '' } }: IncomingMessage): boolean {
  return method === 'GET' && upgrade.toLowerCase() === 'websocket' && url?.split('?')[0] === path
}

/** Node gives no response to a request for an upgrade. Nobody reads the connection behind this one: it ends with the answer. */
function answerOver (socket: Socket, response: ServerResponse): ServerResponse {
  response.shouldKeepAlive = false
  response.assignSocket(socket)
  response.once('finish', () => socket.destroySoon())
  return response
}
