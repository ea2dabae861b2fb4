import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

/**
 * True for a client on this machine. Over WebSocket the address alone proves nothing: a proxy beside us forwards strangers, and
 * any web page can make its visitor's browser connect to loopback.
 */
export function isLocal (stream: Duplex, request?: IncomingMessage): boolean {
  if (request === undefined) return 'remoteAddress' in stream && isLoopback(String(stream.remoteAddress))
  const { origin, forwarded, 'x-forwarded-for': forwardedFor } = request.headers
  if (forwarded !== undefined || forwardedFor !== undefined) return false
  return isLoopback(String(request.socket.remoteAddress)) && (origin === undefined || isLocalOrigin(origin))
}

function isLocalOrigin (origin: string): boolean {
  if (!URL.canParse(origin)) return false
  const { hostname } = new URL(origin)
  return hostname === 'localhost' || isLoopback(hostname.replace(/^\[|\]$/g, ''))
}

function isLoopback (address: string): boolean {
  return address === '::1' || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(address)
}
