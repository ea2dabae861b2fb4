import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { createWebSocketStream, WebSocketServer } from 'ws'
import { Failure } from '../domain/failure.ts'

export interface WebSocketParts {
  readonly maxConnections: number
  handle (stream: Duplex, request: IncomingMessage): void
}

/** MQTT over WebSocket on somebody else's HTTP server. */
export interface WebSockets {
  /** Where a client asks for it. */
  readonly path: string
  /** Takes over the connection of a request that asks for an upgrade. Throws a `Failure` while nothing is written to it. */
  accept (request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Ends every connection; to be done before the server closes, which would wait for them. */
  close (): void
}

export function openWebSockets ({ maxConnections, handle }: WebSocketParts): WebSockets {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: 64 * 1024,
    perMessageDeflate: false,
    handleProtocols: protocols => protocols.has('mqtt') && 'mqtt',
  })
  let isClosed = false
  let isWellFormed = true
  sockets.on('wsClientError', () => { isWellFormed = false }) // said at once, within `handleUpgrade`, which then writes no answer of its own

  return {
    path: '/mqtt',
    accept (request, socket, head) {
      if (isClosed) throw new Failure('SHUTTING_DOWN')
      if (!offersMqtt(request)) throw malformed('sec-websocket-protocol', 'must offer mqtt') // [MQTT-6.0.0-3]
      if (sockets.clients.size >= maxConnections) throw new Failure('OVERLOADED')
      isWellFormed = true
      sockets.handleUpgrade(request, socket, head, accepted => handle(createWebSocketStream(accepted), request))
      if (!isWellFormed) throw malformed('sec-websocket-key', 'is no handshake of a WebSocket')
    },
    close () {
      isClosed = true
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
    },
  }
}

function offersMqtt ({ headers }: IncomingMessage): boolean {
  return (headers['sec-websocket-protocol'] ?? '').split(',').some(protocol => protocol.trim() === 'mqtt')
}

function malformed (field: string, issue: string): Failure {
  return new Failure('PARAMETERS_INVALID', { details: [{ issue, field, location: 'header' }] })
}
