import type { FastifyInstance } from 'fastify'
import { Failure } from '../../domain/failure.ts'
import type { OpenProvider } from '../../providers/provider.ts'
import type { Visits } from '../../providers/visits.ts'
import type { Registrations } from '../../registrations/registrations.ts'
import { createShowArrival, type ArrivalParts } from '../arrival.ts'
import { wantsPage } from '../error-reply.ts'
import { createKeep, type KeepParts } from '../keep.ts'
import { traceIdOf, traceparentOf } from '../traceparent.ts'

export interface BankArrivalParts {
  readonly provider: OpenProvider & { readonly visits: Visits }
  readonly journal: KeepParts['journal'] & ArrivalParts['journal']
  readonly registrations: Pick<Registrations, 'find'>
  readonly pages: ArrivalParts['pages']
}

/** Milliseconds that a user is kept waiting for the provider. */
const patience = 8_000

/** A browser whose query only the provider can read: it is asked while the user waits, once, and names the key that goes on. */
export function addBankArrivalRoute (app: FastifyInstance, { provider, journal, registrations, pages }: BankArrivalParts): void {
  const { arriving } = provider.visits
  if (arriving === undefined) return
  const keep = createKeep({ provider, channel: {}, journal })
  const showArrival = createShowArrival({ provider, journal, pages })

  app.route({
    method: 'GET',
    url: arriving.path,
    schema: { operationId: arriving.operationId, summary: arriving.summary, tags: [provider.name], response: { 200: arriving.reply } },
    config: { rawQuery: true, described: { failures: ['PARAMETERS_INVALID', 'STATE_UNKNOWN', 'PROVIDER_AWAY', 'JOURNAL_UNAVAILABLE'], page: true } },
    handler: async (request, reply) => {
      const query = queryOf(request.raw.url ?? '')
      if (query === '') throw new Failure('PARAMETERS_INVALID', { details: [{ issue: 'is missing', field: 'query', value: 'absent', location: 'query' }] })
      const { callback, redirectUrl } = await arriving.arrive(query, traceparentOf(request.headers.traceparent), AbortSignal.timeout(patience))
      const registration = await registrations.find(provider.name, callback.key)
      const { id, isNew } = await keep(callback, registration) // durable before we answer
      request.log.info({ entryId: id, provider: provider.name, channel: callback.channel, isNew, traceId: traceIdOf(callback.traceparent) }, 'callback journalled')
      if (!wantsPage(request)) return arriving.toReply(id)
      if (redirectUrl !== undefined) return reply.redirect(redirectUrl, 303)
      return showArrival(request, reply, { callback, id, registration })
    },
  })
}

/** Letter for letter as it came. */
function queryOf (url: string): string {
  const at = url.indexOf('?')
  return at === -1 ? '' : url.slice(at + 1)
}
