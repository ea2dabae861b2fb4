import type { FastifyInstance } from 'fastify'
import type { OpenProvider } from '../providers/provider.ts'
import type { Instruments } from './instruments.ts'

const results: { readonly [status: number]: string } = {
  400: 'InvalidParameterError', 403: 'OperationForbiddenError', 413: 'PayloadTooLargeError', 415: 'UnsupportedMediaTypeError', 429: 'TooManyRequestsError', 503: 'ServiceUnavailableError',
}

/** Counts the callbacks that never reached the journal, by the route that refused them. Before the routes are added. */
export function countRefusedCallbacks (app: FastifyInstance, providers: readonly Pick<OpenProvider, 'name' | 'channels'>[], { callbacks }: Pick<Instruments, 'callbacks'>): void {
  const channels = new Map<string, { readonly provider: string, readonly channel: string }>(providers.flatMap(({ name, channels }) => channels.flatMap(({ method, paths, kind }) => paths.map(path => [`${method} ${path}`, { provider: name, channel: kind }] as const))))
  app.addHook('onResponse', (request, reply, done) => {
    if (reply.statusCode >= 400) {
      const labels = channels.get(`${request.method} ${request.routeOptions.url}`)
      if (labels !== undefined) callbacks.inc({ ...labels, result: results[reply.statusCode] ?? 'UnexpectedError' })
    }
    done()
  })
}
