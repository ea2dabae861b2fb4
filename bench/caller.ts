import { connect, type Socket } from 'node:net'

export interface Caller {
  /** Asks for a path, and gives the reply's status once its body is there. */
  get (path: string): Promise<number>
  close (): void
}

interface Line {
  readonly socket: Socket
  resolve (status: number): void
  reject (thrown: unknown): void
}

/** A few connections that are kept, on bare sockets: a client that costs little of the core it shares with the broker. */
export async function openCaller ({ url, connections = 50 }: { readonly url: string, readonly connections?: number }): Promise<Caller> {
  const { hostname, port, host } = new URL(url)
  const free: Line[] = []
  const waiting: ((line: Line) => void)[] = []
  const lines = await Promise.all(Array.from({ length: connections }, () => open(hostname, Number(port), giveBack)))
  free.push(...lines)

  function giveBack (line: Line): void {
    const next = waiting.shift()
    if (next === undefined) free.push(line)
    else next(line)
  }

  return {
    async get (path) {
      const line = free.pop() ?? await new Promise<Line>(resolve => { waiting.push(resolve) })
      return new Promise((resolve, reject) => {
        Object.assign(line, { resolve, reject })
        line.socket.write(requestOf(host, path))
      })
    },
    close () { for (const { socket } of lines) socket.destroy() },
  }
}

export function requestOf (host: string, path: string): string {
  return `GET ${path} HTTP/1.1\r\nhost: ${host}\r\naccept: application/json\r\n\r\n`
}

async function open (host: string, port: number, giveBack: (line: Line) => void): Promise<Line> {
  const socket = connect(port, host).setNoDelay(true).setEncoding('latin1')
  const line: Line = { socket, resolve: () => {}, reject: () => {} }
  let text = ''
  socket.on('data', (chunk: string) => {
    text += chunk
    const status = statusOf(text)
    if (status === undefined) return
    text = ''
    const { resolve } = line
    giveBack(line)
    resolve(status)
  })
  await new Promise<void>((resolve, reject) => { socket.once('connect', resolve).once('error', reject) })
  socket.on('error', () => {}).on('close', () => line.reject(new Error('the connection was closed before the reply was there')))
  return line
}

/** The status of a whole reply; undefined while some of it is missing. */
function statusOf (text: string): number | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1] ?? 0)
  return text.length >= end + 4 + length ? Number(text.slice(9, 12)) : undefined
}
