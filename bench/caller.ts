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

/** A few connections that are kept, on bare sockets: a client that costs little of the core it shares with the broker. Each is opened when it is needed first. */
export function openCaller ({ url, connections = 50 }: { readonly url: string, readonly connections?: number }): Caller {
  const { hostname, port, host } = new URL(url)
  const lines = new Set<Line>()
  const free: Line[] = []
  const waiting: ((line: Line) => void)[] = []

  function giveBack (line: Line): void {
    const next = waiting.shift()
    if (next === undefined) free.push(line)
    else next(line)
  }

  function freeLine (): Line | Promise<Line> {
    for (let line = free.pop(); line !== undefined; line = free.pop()) if (lines.has(line)) return line
    if (lines.size >= connections) return new Promise(resolve => { waiting.push(resolve) })
    const line = open(hostname, Number(port), giveBack)
    lines.add(line)
    line.socket.on('close', () => { lines.delete(line) })
    return line
  }

  return {
    async get (path) {
      const line = await freeLine()
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

function open (host: string, port: number, giveBack: (line: Line) => void): Line {
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
