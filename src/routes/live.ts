import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { EntryFilter, Keeping } from '../journal/keeping.ts'
import { listQuery } from './entry-schema.ts'
import type { HealthParts } from './health.ts'

export interface LiveParts extends HealthParts {
  readonly journal: Pick<Keeping, 'list' | 'count'>
  /** Milliseconds between two looks. */
  readonly every?: number
}

interface Wanted extends Omit<EntryFilter, 'since' | 'until'> { readonly since?: string, readonly until?: string }

/**
 * `GET /v1/entries/live`: server-sent events. The first has the newest entries of the filter, each later one what has changed among
 * them; all have the journal's figures and the health of each part. What is told is read from the journal, never remembered.
 */
export function addLiveRoute (ops: FastifyInstance, { journal, checks, every = 500 }: LiveParts): void {
  const leaving = new AbortController()
  ops.addHook('preClose', done => { leaving.abort(); done() }) // else the listener waits for who watches
  const schema = {
    operationId: 'liveEntries', summary: 'Entries as they change, as server-sent events', tags: ['entries'], querystring: listQuery, produces: ['text/event-stream'], response: { 200: { type: 'string' } },
  }
  ops.get<{ Querystring: Wanted }>('/v1/entries/live', { schema }, async (request, reply) => {
    const gone = new AbortController()
    reply.raw.once('close', () => gone.abort())
    const { since, until, ...rest } = request.query
    const filter = { ...rest, ...since !== undefined && { since: Date.parse(since) }, ...until !== undefined && { until: Date.parse(until) } }
    void reply.type('text/event-stream').header('connection', 'close') // else it would idle on, and a listener that closes would wait for it
    return reply.send(Readable.from(changes(filter, AbortSignal.any([gone.signal, leaving.signal]))))
  })

  async function * changes (filter: EntryFilter, signal: AbortSignal): AsyncGenerator<string> {
    let told = new Map<string, string>()
    let said = ''
    while (!signal.aborted) {
      const seen = await look(filter)
      const now = seen.entries === undefined ? told : new Map(seen.entries.map(entry => [entry.id, JSON.stringify(entry)]))
      const changed = [...now].filter(([id, text]) => told.get(id) !== text).map(([, text]) => text)
      const gone = [...told.keys()].filter(id => !now.has(id))
      const standing = JSON.stringify({ figures: seen.figures, checks: seen.checks })
      if (changed.length > 0 || gone.length > 0 || standing !== said) yield `data: {"entries":[${changed.join(',')}],"gone":${JSON.stringify(gone)},"standing":${standing}}\n\n`
      else yield ':\n\n' // so that a proxy leaves the connection open
      told = now
      said = standing
      await sleep(every, undefined, { signal }).catch(() => {})
    }
  }

  /** A journal that does not answer is said by its check; what it told last stays. */
  async function look (filter: EntryFilter) {
    const [page, figures, found] = await Promise.all([journal.list(filter).catch(() => undefined), journal.count().catch(() => undefined), checks()])
    const entries = page?.entries.map(({ receivedAt, ...entry }) => ({ ...entry, receivedAt: new Date(receivedAt).toISOString() }))
    return { entries, figures, checks: found }
  }
}
