import { createServer, type AddressInfo, type Socket } from 'node:net'

export interface SimulatedTokenio {
  readonly url: string
  /** While away it answers 503. */
  away (isAway: boolean): void
  /** Milliseconds that each answer takes, for one that is not next door. At first none. */
  takes (milliseconds: number): void
  asked (): number
  close (): Promise<void>
}

const outage = 'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n'
const body = '{"status":"PROCESSED","tokenId":"ta:3eYPU1BE9XqW5zzQxvPqhE6ZVdLsQ1KfsYh7DTk2PhqN:5zKtXEAq","bankId":"ob-modelo","signature":{}}'
const result = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`

/**
 * Token.io's side of `GET /token-requests/{id}/result`, on bare sockets: what the far side costs is taken from the core that the
 * load has, so it must be little. Asks without a body only.
 */
export async function startTokenio (): Promise<SimulatedTokenio> {
  let reply = result
  let wait = 0
  let asked = 0
  const sockets = new Set<Socket>()

  const server = createServer(socket => {
    let rest = ''
    sockets.add(socket)
    socket.setNoDelay(true).setEncoding('latin1')
      .on('error', () => {})
      .on('close', () => sockets.delete(socket))
      .on('data', (chunk: string) => {
        rest += chunk
        for (let end = rest.indexOf('\r\n\r\n'); end >= 0; end = rest.indexOf('\r\n\r\n')) {
          rest = rest.slice(end + 4)
          asked++
          if (wait === 0) socket.write(reply)
          else setTimeout(() => { if (socket.writable) socket.write(reply) }, wait)
        }
      })
  })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    takes (milliseconds) { wait = milliseconds },
    away (isAway) { reply = isAway ? outage : result },
    asked: () => asked,
    close () {
      for (const socket of sockets) socket.destroy()
      return new Promise(resolve => { server.close(() => resolve()) })
    },
  }
}
