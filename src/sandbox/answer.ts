import type { IncomingMessage, ServerResponse } from 'node:http'
import { createBank, fieldsOf, type Answer, type BankParts } from './bank.ts'
import { idOf } from './ids.ts'
import type { Play, State } from './play.ts'

interface AnswerParts extends BankParts { readonly play: Pick<Play, 'stateOf' | 'chosen' | 'entered'> }

interface Route {
  readonly method: string
  readonly path: RegExp
  readonly answer: (id: string, body: string, query: string) => Answer
}

const mostBytes = 65_536

/** Answers a request as Token.io would; plays the bank, too. */
export function createAnswer ({ play, callbackUrl }: AnswerParts) {
  const bank = createBank({ play, callbackUrl })
  const routes: readonly Route[] = [
    { method: 'GET', path: /^\/token-requests\/([^/]+)\/result$/, answer: resultOf },
    { method: 'POST', path: /^\/token-requests\/([^/]+)\/authorization$/, answer: authorized },
    { method: 'POST', path: /^\/callback\/initiation$/, answer: initiated },
    { method: 'GET', path: /^\/bank$/, answer: (_id, _body, query) => bank.page(query) },
    { method: 'POST', path: /^\/bank$/, answer: (_id, body) => bank.choose(body) },
  ]

  function resultOf (id: string): Answer {
    const { status, reason } = play.stateOf(id)
    const why = reason === undefined ? {} : { statusReasonInformation: reason }
    return { status: 200, body: { status, signature: {}, bankId: 'ob-modelo', ...why, ...idsOf(status, id) } }
  }

  function authorized (id: string, body: string): Answer {
    const { credentials } = (jsonIn(body) ?? {}) as { readonly credentials?: { readonly [name: string]: string } }
    return { status: 200, body: { status: play.entered(id, Object.values(credentials ?? {})[0]) } }
  }

  /** The simulated banks name the token request in their query, or get a new one. */
  function initiated (_id: string, body: string): Answer {
    const { query } = (jsonIn(body) ?? {}) as { readonly query?: unknown }
    if (typeof query !== 'string') return { status: 400, body: { error: { message: 'query is missing' } } }
    const given = new URLSearchParams(query)
    return { status: 200, body: { tokenRequestId: given.get('request-id') ?? idOf('rq', query), ...given.has('passcode') && { fields: { fields: fieldsOf('passcode') } } } }
  }

  return function answer (request: IncomingMessage, response: ServerResponse): void {
    const [path = '', query = ''] = request.url?.split('?', 2) ?? []
    const route = routes.find(({ method, path: pattern }) => method === request.method && pattern.test(path))
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => { if (text.length < mostBytes) text += chunk })
    request.on('end', () => send(response, route?.answer(route.path.exec(path)?.[1] ?? '', text, query) ?? unknown))
  }
}

const unknown: Answer = { status: 404, body: { error: { errorCode: 'NOT_FOUND', message: 'Not found' } } }

function send (response: ServerResponse, { status, body = '', location }: Answer): void {
  const isPage = typeof body === 'string'
  response.writeHead(status, { 'content-type': isPage ? 'text/html; charset=utf-8' : 'application/json', 'cache-control': 'no-store', ...location && { location } })
  response.end(isPage ? body : JSON.stringify(body))
}

/** Ids as Token.io makes them, the same at every ask. */
function idsOf (status: State['status'], id: string): object {
  return status === 'PROCESSED' ? { tokenId: idOf('tt', `token ${id}`), transferId: idOf('t', `transfer ${id}`) } : {}
}

function jsonIn (text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
