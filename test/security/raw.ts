import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import type { Server } from 'node:http'
import { text } from 'node:stream/consumers'

export interface Raw { readonly status: number, readonly headers: { readonly [name: string]: string }, readonly body: string, readonly whole: string }

/** What comes back for these very bytes, until the other side hangs up. */
export async function sendRaw (server: Pick<Server, 'address'>, bytes: string | Buffer): Promise<Raw> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  await once(socket, 'connect')
  socket.on('error', () => {}) // a reset after the answer is an end, too
  socket.write(bytes)
  return parse(await text(socket).catch(() => ''))
}

export function parse (whole: string): Raw {
  const [head = '', ...rest] = whole.split('\r\n\r\n')
  const [first = '', ...lines] = head.split('\r\n')
  const headers = Object.fromEntries(lines.map(line => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]))
  return { status: Number(first.split(' ')[1]), headers, body: rest.join('\r\n\r\n'), whole }
}
