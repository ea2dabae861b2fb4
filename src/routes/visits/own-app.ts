import type { FastifyInstance } from 'fastify'
import type { JsonObject } from '../../domain/callback.ts'
import { asFailure, Failure } from '../../domain/failure.ts'
import type { Journal } from '../../journal/journal.ts'
import type { OpenProvider } from '../../providers/provider.ts'
import type { Visits } from '../../providers/visits.ts'
import type { Registrations } from '../../registrations/registrations.ts'
import type { Tokens } from '../../token/token.ts'
import { bearer } from '../bearer.ts'
import { refuseFaults } from '../parameter-faults.ts'
import { traceparentOf } from '../traceparent.ts'
import { createHandOn } from './submit.ts'

export interface OwnAppParts {
  readonly provider: OpenProvider & { readonly visits: Visits }
  readonly journal: Pick<Journal, 'append'>
  readonly registrations: Pick<Registrations, 'find'>
  readonly verify: Tokens['verify']
}

/** For companies whose own app asks the user: the values go to the provider once, whose narrowed reply is the answer. */
export function addOwnAppRoute (app: FastifyInstance, { provider, journal, registrations, verify }: OwnAppParts): void {
  const { entering } = provider.visits
  const handOn = createHandOn({ provider, journal })

  app.route<{ Params: { readonly id: string }, Body: JsonObject }>({
    method: 'POST',
    url: entering.path,
    schema: {
      operationId: entering.operationId,
      summary: entering.summary,
      tags: [provider.name],
      params: { type: 'object', properties: { id: { type: 'string', description: 'The key.' } } },
      body: entering.body,
      response: { 200: entering.reply },
    },
    config: { described: { failures: ['PARAMETERS_INVALID', 'UNAUTHORIZED', 'SCOPE_MISSING', 'NOT_FOUND', 'PAYLOAD_TOO_LARGE', 'MEDIA_TYPE_UNSUPPORTED', 'PROVIDER_AWAY', 'JOURNAL_UNAVAILABLE'], scopes: ['credentials'] } },
    attachValidation: true,
    onRequest: bearer({ verify, scope: 'credentials' }),
    handler: async (request, reply) => {
      refuseFaults(request, 'body')
      const { client, body, params: { id } } = request
      const details = entering.keyFaults(id)
      if (details.length > 0) throw new Failure('PARAMETERS_INVALID', { details })
      await refuseStrangers(id, client.subject)
      const answer = await handOn(id, entering.enteredIn(body), traceparentOf(request.headers.traceparent)).catch(unknownAsNotFound)
      return reply.header('cache-control', 'no-store').send(answer.reply)
    },
  })

  /** A key that is registered is its owner's and its subscriber's. */
  async function refuseStrangers (key: string, subject: string): Promise<void> {
    const registration = await registrations.find(provider.name, key)
    const isOpen = registration === undefined ? provider.unregistered === 'accept' : registration.owner === subject || registration.subscriber === subject
    if (!isOpen) throw new Failure('NOT_FOUND')
  }
}

function unknownAsNotFound (thrown: unknown): never {
  throw asFailure(thrown).code === 'KEY_UNKNOWN' ? new Failure('NOT_FOUND') : thrown
}
