import { createServer, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'
import { Failure } from '../domain/failure.ts'

export interface ListenParts {
  readonly host: string
  readonly port: number
  readonly maxConnections: number
  handle (socket: Socket): void
}

export interface Listening {
  readonly address: { readonly host: string, readonly port: number }
  close (): Promise<void>
}

/** MQTT over TCP. Throws `SETTINGS_INVALID` when the address cannot be had. */
export async function listen ({ host, port, maxConnections, handle }: ListenParts): Promise<Listening> {
  const server = createServer({ noDelay: true, keepAlive: true }, handle)
  server.maxConnections = maxConnections
  server.listen({ host, port })
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw unavailable(host, port, cause as NodeJS.ErrnoException)
  }
  const { address, port: bound } = server.address() as AddressInfo
  return {
    address: { host: address, port: bound },
    async close () { await new Promise(resolve => server.close(resolve)) },
  }
}

function unavailable (host: string, port: number, cause: NodeJS.ErrnoException): Failure {
  const field = cause.code === 'EADDRINUSE' || cause.code === 'EACCES' ? 'MQTT_LISTEN_PORT' : 'MQTT_LISTEN_HOST'
  const issue = `${field}: the embedded broker cannot listen on ${host}:${port} (${cause.code ?? cause.message})`
  return new Failure('SETTINGS_INVALID', { reason: issue, details: [{ issue, field, location: 'body' }], cause })
}
