import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Play, State } from './play.ts'

interface Parts { readonly play: Pick<Play, 'stateOf'> }
interface Answer { readonly status: number, readonly body: object }

interface Route {
  readonly method: string
  readonly path: RegExp
  readonly answer: (parts: Parts, id: string) => Answer
}

/** What the simulation plays of Token.io's API. */
const routes: readonly Route[] = [
  { method: 'GET', path: /^\/token-requests\/([^/]+)\/result$/, answer: resultOf },
]

/** Answers a request as Token.io would. */
export function createAnswer (parts: Parts) {
  return function answer (request: IncomingMessage, response: ServerResponse): void {
    const path = request.url?.split('?')[0] ?? ''
    const route = routes.find(({ method, path: pattern }) => method === request.method && pattern.test(path))
    const { status, body } = route?.answer(parts, route.path.exec(path)?.[1] ?? '') ?? unknown
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    request.resume()
  }
}

const unknown: Answer = { status: 404, body: { error: { errorCode: 'NOT_FOUND', message: 'Not found' } } }

function resultOf ({ play }: Parts, id: string): Answer {
  const { status, reason } = play.stateOf(id)
  const why = reason === undefined ? {} : { statusReasonInformation: reason }
  return { status: 200, body: { status, signature: {}, bankId: 'ob-modelo', ...why, ...idsOf(status, id) } }
}

/** Ids as Token.io makes them, the same at every ask. */
function idsOf (status: State['status'], id: string): object {
  if (status !== 'PROCESSED') return {}
  return { tokenId: `tt:${base58(`token ${id}`)}:5zKtXEAq`, transferId: `t:${base58(`transfer ${id}`)}:5zKtXEAq` }
}

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

function base58 (text: string): string {
  let number = BigInt(`0x${createHash('sha256').update(text).digest('hex')}`)
  let digits = ''
  for (; number > 0n; number /= 58n) digits = alphabet.charAt(Number(number % 58n)) + digits
  return digits.padStart(44, '1')
}
