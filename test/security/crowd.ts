import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Gathering {
  readonly url: string
  readonly idle: number
  readonly slow: number
}

export interface Crowd {
  /** How many hold a connection now. */
  held (): number
  /** How often one was cut off, and came again. */
  readonly returns: () => number
  leave (): void
}

interface Member {
  /** What it says first. */
  readonly begin: string
  /** What it says then, once a second. */
  readonly drip: string
}

const beginnings: { readonly [kind: string]: readonly Member[] } = {
  idle: [{ begin: '', drip: '' }, { begin: 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n', drip: '' }],
  slow: [
    { begin: 'GET /v1/tokenio/callback HTTP/1.1\r\nHost: x\r\nX: ', drip: 'x' },
    { begin: 'POST /v1/tokenio/callback HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n', drip: ' ' },
  ],
}

/**
 * Clients that hold connections and do nothing with them (`idle`: half of them after one request), and others that send a byte a second (`slow`:
 * half of them headers, half bodies). Who is cut off comes again within a second.
 */
export async function gather ({ url, idle, slow }: Gathering): Promise<Crowd> {
  const { hostname, port } = new URL(url)
  const sockets = new Set<Socket>()
  const drips: (() => void)[] = []
  const state = { isOver: false, returns: 0 }

  function come ({ begin, drip }: Member): void {
    const socket = connect(Number(port), hostname)
    socket.once('connect', () => { sockets.add(socket); if (begin !== '') socket.write(begin) })
    socket.on('error', () => {}).resume()
    const say = () => { if (drip !== '' && socket.writable) socket.write(drip) }
    drips.push(say)
    socket.once('close', () => {
      sockets.delete(socket)
      drips.splice(drips.indexOf(say), 1)
      if (state.isOver) return
      state.returns++
      setTimeout(() => { if (!state.isOver) come({ begin, drip }) }, Math.random() * 1000)
    })
  }

  for (const [kind, count] of Object.entries({ idle, slow })) {
    for (let i = 0; i < count; i++) {
      come(beginnings[kind]![i % 2]!)
      if (i % 10 === 9) await sleep(10) // a thousand a second, so that they are not cut off all at once either
    }
  }
  let at = 0
  const turns = setInterval(() => { // a hundredth of them each time, so that they do not all speak at once
    for (let left = Math.ceil(drips.length / 100); left > 0; left--) drips[at++ % drips.length]?.()
  }, 10)
  return {
    held: () => sockets.size,
    returns: () => state.returns,
    leave () {
      state.isOver = true
      clearInterval(turns)
      for (const socket of sockets) socket.destroy()
    },
  }
}
