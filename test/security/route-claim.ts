import * as fc from 'fast-check'
import type { IAsyncProperty } from 'fast-check'
import { createCheck, type Answer } from '../openapi/check.ts'
import { read, type OpenApi } from '../openapi/document.ts'
import type { Exchange } from '../openapi/exchange.ts'
import { exchangesOf } from '../openapi/exchanges.ts'
import { json, text } from './properties.ts'

export interface Twist {
  readonly exchange: Exchange
  readonly body: string | undefined
  readonly query: string
  readonly headers: { readonly [name: string]: string }
}

const document = JSON.parse(read('openapi.json')) as OpenApi

/** `/v1/backup` copies the whole journal each time. */
function exchangesOfFace (face: Face): Exchange[] {
  return exchangesOf(document, path => (document.paths[path]?.servers === undefined) === (face === 'public') && path !== '/v1/backup').filter(({ body = '' }) => body.length < 100_000)
}

const headerText = fc.string({ maxLength: 40 }).map(value => value.replaceAll(/[^\x20-\x7e]/g, ''))
const headers = fc.record({
  accept: fc.oneof(headerText, fc.constantFrom('text/html', 'application/json', '*/*')),
  'accept-language': headerText,
  'content-type': fc.oneof(headerText, fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'text/plain')),
  'content-encoding': fc.constantFrom('gzip', 'identity', 'x'),
  origin: headerText,
  cookie: headerText,
  traceparent: headerText,
  'x-forwarded-for': headerText,
  authorization: headerText.map(value => `Bearer ${value}`),
}, { requiredKeys: [] })

/** A body with a piece of it replaced, a member of it exchanged, or something else in its place. */
function twisted ({ body }: Exchange): fc.Arbitrary<string | undefined> {
  if (body === undefined) return fc.constant(undefined)
  const spliced = fc.tuple(fc.nat(body.length), fc.nat(8), text).map(([at, length, piece]) => body.slice(0, at) + piece + body.slice(at + length))
  const exchanged = fc.tuple(fc.nat(20), json.value).map(([at, value]) => withMember(body, at, value))
  return fc.oneof(fc.constant(body), spliced, exchanged, json.value.map(value => JSON.stringify(value)))
}

function withMember (body: string, at: number, value: unknown): string {
  try {
    const given = JSON.parse(body) as { [name: string]: unknown }
    const names = Object.keys(given)
    return JSON.stringify({ ...given, [names[at % names.length] ?? 'state']: value })
  } catch {
    return body
  }
}

const twistsOf = (face: Face) => fc.constantFrom(...exchangesOfFace(face)).chain(exchange => fc.record({
  exchange: fc.constant(exchange),
  body: twisted(exchange),
  query: fc.oneof(fc.constant(''), text.map(piece => encodeURI(piece.toWellFormed())), text.map(piece => `&${encodeURIComponent(piece.toWellFormed())}=${encodeURIComponent(piece.toWellFormed())}`)),
  headers,
}))

/** Whose listener is asked. */
export type Face = 'public' | 'ops'

export interface Sent {
  readonly method: string
  readonly url: string
  readonly headers: { readonly [name: string]: string }
  readonly body: string | undefined
}

/** Whatever is sent to any operation of a face: no status that the document does not know, none of the service's own faults, and the form that it promises. */
export function routeClaim (send: (sent: Sent) => Promise<Answer>, token: string, face: Face = 'public'): IAsyncProperty<[unknown]> {
  const check = createCheck(document)
  return fc.asyncProperty(twistsOf(face), async input => {
    const { exchange, body, query, headers: more } = input as Twist
    const { expected: _expected, ...sent } = exchange
    const url = sent.url.replaceAll('#', '%23') + (query === '' ? '' : `${sent.url.includes('?') ? '' : '?'}${query.replaceAll('#', '%23')}`)
    const answer = await send({ method: sent.method, url, headers: { authorization: `Bearer ${token}`, ...sent.headers, ...more }, body })
    const isOfNoOperation = document.paths[sent.path]?.[sent.method.toLowerCase()] === undefined && [400, 401, 403, 415].includes(answer.status) // refused before its method was
    const isOfParser = answer.status === 431 && url.length > 8_000 // refused before there was a request
    const faults = isOfNoOperation || isOfParser ? [] : check(sent, answer)
    if (answer.status >= 500 || faults.length > 0) throw new Error(`${answer.status} to ${sent.method} ${url}: ${faults.join('; ')} ${answer.body.slice(0, 300)}`)
  })
}
