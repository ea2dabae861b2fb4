import type { FastifyInstance, HTTPMethods } from 'fastify'
import { Failure } from '../domain/failure.ts'

/** OPTIONS, too: where pages may call, their preflights are answered before. */
const known: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']

/** Watches the routes that are added from now on; the function it gives answers 405 with `Allow` to every other method of theirs. */
export function addMethodRefusals (app: FastifyInstance): () => void {
  const taken = new Map<string, Set<string>>()
  const open = new Set<string>()
  app.addHook('onRoute', ({ url, method, config }) => {
    if (config?.cors === true) open.add(url)
    const methods = taken.get(url) ?? new Set()
    for (const each of Array.isArray(method) ? method : [method]) methods.add(each)
    taken.set(url, methods)
  })
  return () => {
    for (const [url, methods] of [...taken].filter(([url]) => url !== '*')) {
      const allow = [...methods].join(', ')
      const others = known.filter(method => !methods.has(method))
      app.route({
        method: others,
        url,
        schema: { hide: true },
        config: { cors: open.has(url) },
        onRequest: async (_request, reply) => { // before any body is read
          void reply.header('allow', allow)
          throw new Failure('METHOD_NOT_ALLOWED')
        },
        handler: () => undefined,
      })
    }
  }
}
