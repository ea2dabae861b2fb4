import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the remote answers to one ask. */
export interface TokenioReply {
  readonly status?: number
  /** An object is sent as JSON, a text as it stands. */
  readonly body?: object | string
  readonly headers?: { readonly [name: string]: string }
  /** Milliseconds before the answer begins. */
  readonly delay?: number
  /** `hang`: never answers; `reset`: drops the connection; `cut`: stops in the middle of the body; `endless`: never stops sending. */
  readonly fault?: 'hang' | 'reset' | 'cut' | 'endless'
}

export interface TokenioAsk {
  readonly method: string
  /** As it came over the wire. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly at: number
}

export interface TokenioServer {
  readonly url: string
  /** Answers asks for this token request's result, or for a path, in turn, and counts them anew; the last reply answers all that follow. */
  answer (id: string, ...replies: readonly TokenioReply[]): void
  /** Answers asks for ids that nobody set; at first PROCESSED. */
  otherwise (reply: TokenioReply): void
  /** How often the result of this id, or this path, was asked for. */
  asked (id: string): number
  /** Everything that came, in its order. */
  readonly asks: readonly TokenioAsk[]
  /** How many connections were opened in all. */
  connections (): number
  close (): Promise<void>
}

/** Result of a done request. */
export const processed = (more: object = {}): TokenioReply => ({ body: { status: 'PROCESSED', tokenId: 'ta:token', bankId: 'ob-modelo', signature: {}, ...more } })
export const pending: TokenioReply = { body: { status: 'PENDING', signature: {}, bankId: 'ob-modelo' } }

/** A remote Token.io that speaks HTTP on loopback and says what a test tells it to say. */
export async function startTokenio ({ port = 0 }: { readonly port?: number } = {}): Promise<TokenioServer> {
  const told = new Map<string, readonly TokenioReply[]>()
  const counts = new Map<string, number>()
  const asks: TokenioAsk[] = []
  let other = processed()

  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => { body += chunk }).on('end', () => {
      const path = request.url ?? ''
      asks.push({ method: request.method ?? '', path, headers: request.headers, body, at: Date.now() })
      const reply = replyTo(path)
      if (reply.delay === undefined) send(response, reply)
      else setTimeout(() => send(response, reply), reply.delay).unref()
    })
  })

  function replyTo (path: string): TokenioReply {
    const id = /\/token-requests\/([^/?]+)\/result$/.exec(path)?.[1] ?? path
    if (id === path && !told.has(path)) return { status: 404 }
    const count = counts.get(id) ?? 0
    counts.set(id, count + 1)
    const replies = told.get(id) ?? []
    return replies[Math.min(count, replies.length - 1)] ?? other
  }

  let connections = 0
  server.on('connection', () => { connections++ })
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer (id, ...replies) {
      told.set(id, replies)
      counts.delete(id)
    },
    otherwise (reply) { other = reply },
    asked: id => counts.get(id) ?? 0,
    asks,
    connections: () => connections,
    close () {
      server.closeAllConnections()
      return new Promise(resolve => server.close(() => resolve()))
    },
  }
}

function send (response: ServerResponse, { status = 200, body = '', headers = {}, fault }: TokenioReply): void {
  if (fault === 'hang') return
  if (fault === 'reset') return void response.destroy()
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', ...fault === 'cut' && { 'content-length': `${text.length + 100}` }, ...headers })
  if (fault === 'cut') return void response.write(text, () => response.destroy())
  if (fault === 'endless') return flood(response)
  response.end(text)
}

/** At most 64 MiB, in case nobody hangs up. */
function flood (response: ServerResponse, left = 1024): void {
  if (left === 0 || response.destroyed) return
  response.write('x'.repeat(65_536), () => flood(response, left - 1))
}
