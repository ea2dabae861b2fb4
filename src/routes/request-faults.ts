import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Failure, type Detail } from '../domain/failure.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** True where the query belongs to somebody else, who alone can read it: it may be in any encoding. */
    rawQuery?: boolean
  }
}

const mostParameters = 64

/** Refuses, before anything is read, what no well-made client sends: no host or two, a packed body, a query of too many parameters, or one that is not UTF-8. */
export function addRequestFaults (app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { 'content-encoding': coding = 'identity' } = request.headers
    if (coding.toLowerCase() !== 'identity') return done(new Failure('MEDIA_TYPE_UNSUPPORTED')) // RFC 9110 §8.4
    const fault = faultOf(request)
    done(fault === undefined ? undefined : new Failure('PARAMETERS_INVALID', { details: [fault] }))
  })
}

function faultOf ({ raw: { url = '', headers, rawHeaders, httpVersion }, routeOptions }: FastifyRequest): Detail | undefined {
  if (headers.host === undefined && httpVersion === '1.1') return { issue: 'is missing', field: 'host', location: 'header' } // RFC 9112 §3.2
  const doubled = doubledIn(rawHeaders)
  if (doubled !== undefined) return { issue: 'is given twice', field: doubled, location: 'header' }
  const at = url.indexOf('?')
  const issue = at === -1 ? undefined : issueOf(url.slice(at + 1), routeOptions.config.rawQuery === true)
  return issue === undefined ? undefined : { issue, field: 'query', location: 'query' }
}

/** Of these Node keeps the first, and another reader may keep the last: RFC 9112 §3.2, RFC 9110 §5.3. */
const single = new Set(['host', 'content-type', 'authorization'])

function doubledIn (rawHeaders: readonly string[]): string | undefined {
  const seen = new Set<string>()
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase()
    if (!single.has(name)) continue
    if (seen.has(name)) return name
    seen.add(name)
  }
  return undefined
}

function issueOf (query: string, isRaw: boolean): string | undefined {
  if (query.split('&', mostParameters + 1).length > mostParameters) return `has more than ${mostParameters} parameters`
  return isRaw || isUtf8(query) ? undefined : 'is not well percent-encoded UTF-8'
}

function isUtf8 (query: string): boolean {
  if (/[^\x21-\x7e]/.test(query)) return false
  if (!query.includes('%')) return true
  try {
    decodeURIComponent(query)
    return true
  } catch {
    return false
  }
}
