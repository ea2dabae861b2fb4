import type { FastifyInstance } from 'fastify'
import type { JsonObject } from '../domain/callback.ts'
import { Failure, type Detail } from '../domain/failure.ts'
import type { Journal } from '../journal/journal.ts'
import type { EntryFilter, EntrySummary, Keeping } from '../journal/keeping.ts'
import { entryPage, entryWhole, eraseQuery, idParameter, listQuery, numberOf, redriveBody } from './entry-schema.ts'
import { maskedOf } from './masked.ts'
import { refuseFaults } from './parameter-faults.ts'

export interface EntryRouteParts {
  readonly journal: Pick<Keeping, 'list' | 'show' | 'redrive' | 'erase'> & Pick<Journal, 'republish'>
}

type Wanted = Omit<EntryFilter, 'since' | 'until'> & { readonly since?: string, readonly until?: string }
interface Redrive { readonly provider?: string, readonly key?: string, readonly since?: string, readonly until?: string, readonly delivered?: boolean }

const failures = ['JOURNAL_UNAVAILABLE'] as const
const tags = ['entries']

/** What an operator sees of the journal and does with it. */
export function addEntryRoutes (ops: FastifyInstance, { journal }: EntryRouteParts): void {
  ops.route<{ Querystring: Wanted }>({
    method: 'GET',
    url: '/v1/entries',
    schema: { operationId: 'entries', summary: 'Entries of the journal, newest first', tags, querystring: listQuery, response: { 200: entryPage } },
    config: { described: { failures: ['PARAMETERS_INVALID', ...failures], examples: { buried: { status: 'buried', limit: 20 }, 'of a key': { key: 'k-1' }, 'of a day': { since: '2026-01-01T00:00:00Z', until: '2026-01-02T00:00:00Z', provider: 'any' } } } },
    attachValidation: true,
    handler: async (request, reply) => {
      refuseFaults(request, 'query', given => timeFaults(given, 'query'))
      const { entries, ...cursor } = await journal.list(withTimes(request.query))
      return reply.header('cache-control', 'no-store').send({ entries: entries.map(toReply), ...cursor })
    },
  })

  ops.route<{ Params: { readonly id: string } }>({
    method: 'GET',
    url: '/v1/entries/:id',
    schema: { operationId: 'entry', summary: 'One entry with its failed tries and its events, personal data masked', tags, params: idParameter, response: { 200: entryWhole } },
    config: { described: { failures: ['NOT_FOUND', ...failures] } },
    handler: async ({ params: { id } }, reply) => {
      const entry = await journal.show(id)
      if (entry === undefined) throw new Failure('NOT_FOUND')
      const { tries, events, ...summary } = entry
      const attempts = tries.map(({ at, ...why }) => ({ at: timeOf(at), ...why }))
      const told = events.map(({ recordedAt, publishedAt, data, ...event }) => ({
        ...event, recordedAt: timeOf(recordedAt), ...publishedAt !== undefined && { publishedAt: timeOf(publishedAt) }, ...data !== undefined && { data: maskedOf(data, entry.key) },
      }))
      return reply.header('cache-control', 'no-store').send({ ...toReply(summary), attempts, events: told })
    },
  })

  ops.route<{ Params: { readonly id: string } }>({
    method: 'POST',
    url: '/v1/entries/:id/redrive',
    schema: { operationId: 'redriveEntry', summary: 'Tries a buried entry again', tags, params: idParameter, response: { 200: numberOf('redriven') } },
    config: { described: { failures: ['PARAMETERS_INVALID', 'NOT_FOUND', 'PAYLOAD_TOO_LARGE', 'MEDIA_TYPE_UNSUPPORTED', ...failures] } },
    handler: async ({ params: { id }, log }) => {
      const redriven = await journal.redrive({ id })
      if (redriven === 0 && await journal.show(id) === undefined) throw new Failure('NOT_FOUND')
      log.info({ entryId: id, redriven }, 'entry redriven')
      return { redriven }
    },
  })

  ops.route<{ Body: Redrive }>({
    method: 'POST',
    url: '/v1/entries/redrive',
    schema: { operationId: 'redriveEntries', summary: 'Tries all buried entries of a filter again, or publishes delivered events again', tags, body: redriveBody, response: { 200: numberOf('redriven') } },
    config: { described: { failures: ['PARAMETERS_INVALID', 'PAYLOAD_TOO_LARGE', 'MEDIA_TYPE_UNSUPPORTED', ...failures], examples: { 'of a provider': { provider: 'any' }, 'what a broker lost': { delivered: true, since: '2026-01-01T00:00:00Z', until: '2026-01-01T06:00:00Z' } } } },
    attachValidation: true,
    handler: async request => {
      refuseFaults(request, 'body', given => [...timeFaults(given, 'body'), ...deliveredFaults(given)])
      const { delivered = false, ...filter } = request.body
      const { since = 0, ...wanted } = withTimes(filter)
      const redriven = delivered ? await journal.republish({ since, ...wanted }) : await journal.redrive({ since, ...wanted })
      request.log.info({ redriven, delivered }, 'entries redriven')
      return { redriven }
    },
  })

  ops.route<{ Querystring: { readonly key: string } }>({
    method: 'DELETE',
    url: '/v1/entries',
    schema: { operationId: 'erase', summary: 'Erases all that is known of a key', tags, querystring: eraseQuery, response: { 200: numberOf('erased') } },
    config: { described: { failures: ['PARAMETERS_INVALID', 'PAYLOAD_TOO_LARGE', 'MEDIA_TYPE_UNSUPPORTED', ...failures], examples: { 'a key': { key: 'k-1' } } } },
    attachValidation: true,
    handler: async request => {
      refuseFaults(request, 'query')
      const erased = await journal.erase(request.query.key)
      request.log.info({ erased }, 'key erased')
      return { erased }
    },
  })
}

function toReply ({ receivedAt, ...summary }: EntrySummary): object {
  return { ...summary, receivedAt: timeOf(receivedAt) }
}

function timeOf (milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}

function withTimes<T extends { readonly since?: string, readonly until?: string }> ({ since, until, ...rest }: T) {
  return { ...rest, ...since !== undefined && { since: Date.parse(since) }, ...until !== undefined && { until: Date.parse(until) } }
}

function timeFaults (given: JsonObject, location: 'query' | 'body'): Detail[] {
  return ['since', 'until'].filter(name => typeof given[name] === 'string' && Number.isNaN(Date.parse(given[name])))
    .map(field => ({ issue: 'is no time', field, location }))
}

/** What a broker lost is told by time alone: all that it acknowledged then. */
function deliveredFaults ({ delivered, since, provider, key }: JsonObject): Detail[] {
  if (delivered !== true) return []
  const fault = (field: string, issue: string): Detail => ({ issue, field, location: 'body' })
  return [
    ...since === undefined ? [fault('since', 'is missing: delivered events are named by when they were published')] : [],
    ...provider === undefined ? [] : [fault('provider', 'cannot be given with delivered')],
    ...key === undefined ? [] : [fault('key', 'cannot be given with delivered')],
  ]
}
