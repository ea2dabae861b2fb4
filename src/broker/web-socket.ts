import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { createWebSocketStream, WebSocketServer } from 'ws'

export interface WebSocketParts {
  readonly server: Server
  readonly path: string
  readonly maxConnections: number
  handle (stream: Duplex, request: IncomingMessage): void
}

/** MQTT over WebSocket on somebody else's HTTP server. Gives the act that ends it and its connections. */
export function attachWebSocket ({ server, path, maxConnections, handle }: WebSocketParts): () => void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: 64 * 1024,
    perMessageDeflate: false,
    handleProtocols: protocols => protocols.has('mqtt') && 'mqtt',
  })
  server.on('upgrade', upgrade)
  return () => {
    server.off('upgrade', upgrade)
    for (const socket of sockets.clients) socket.terminate()
    sockets.close()
  }

  function upgrade (request: IncomingMessage, socket: Duplex, head: Buffer) {
    socket.on('error', () => {}) // a peer that goes away meanwhile concerns nobody
    if (request.url?.split('?')[0] !== path) return refuse(socket, 404)
    if (!offersMqtt(request)) return refuse(socket, 400) // [MQTT-6.0.0-3]
    if (sockets.clients.size >= maxConnections) return refuse(socket, 503)
    sockets.handleUpgrade(request, socket, head, accepted => handle(createWebSocketStream(accepted), request))
  }
}

function offersMqtt ({ headers }: IncomingMessage): boolean {
  return (headers['sec-websocket-protocol'] ?? '').split(',').some(protocol => protocol.trim() === 'mqtt')
}

function refuse (socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
