import type { FastifyInstance } from 'fastify'
import type { createSpans, Span } from './span.ts'

/**
 * A span for each request to the public face, below the caller's. Whoever looks at the request's `traceparent` from then on finds the span's:
 * what the journal keeps is the parent of all that follows. Health is asked for too often to be told. Before the routes are added.
 */
export function traceRequests (app: FastifyInstance, { arrive }: Pick<ReturnType<typeof createSpans>, 'arrive'>): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { headers, method, routeOptions: { url, config } } = request
    if (url !== undefined && url !== '*' && config.unlimited !== true && method !== 'OPTIONS') {
      const span = arrive(`${method} ${url}`, 'server', String(headers.traceparent ?? ''), { 'http.request.method': method, 'http.route': url, 'url.scheme': request.protocol })
      if (span !== undefined) {
        headers.traceparent = span.traceparent
        reply.raw.once('close', () => endOf(span, reply.raw))
      }
    }
    done()
  })
}

/** Semantic conventions for HTTP: what a client did wrong is no error of the server's span. */
function endOf (span: Span, { statusCode, writableFinished }: { readonly statusCode: number, readonly writableFinished: boolean }): void {
  if (!writableFinished) span.end({ 'error.type': 'aborted' }, 'the client left before its answer')
  else if (statusCode < 500) span.end({ 'http.response.status_code': statusCode })
  else span.end({ 'http.response.status_code': statusCode, 'error.type': String(statusCode) }, `answered ${statusCode}`)
}
