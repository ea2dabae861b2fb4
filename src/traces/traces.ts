import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { Callback } from '../domain/callback.ts'
import type { Journal } from '../journal/journal.ts'
import type { OpenProvider } from '../providers/provider.ts'
import type { Publisher } from '../publisher/publisher.ts'
import { openExporter, type ExporterParts } from './exporter.ts'
import { createSpans, type Span } from './span.ts'
import { tracedJournal } from './traced-journal.ts'
import { tracedProvider } from './traced-provider.ts'
import { tracedPublisher } from './traced-publisher.ts'
import { traceRequests } from './traced-requests.ts'

export interface TracesParts extends Omit<ExporterParts, 'resource'> {
  readonly topicPrefix: string
}

export type Traces = ReturnType<typeof openTraces>

/** The spans of one service, to a collector. As with figures, each part is traced by wrapping it: none of them knows. Loaded only where there is a collector. */
export function openTraces ({ topicPrefix, ...parts }: TracesParts) {
  const exporter = openExporter({ ...parts, resource: { 'service.name': 'callback-receiver', 'service.instance.id': randomUUID() } })
  const spans = createSpans(exporter)
  const attempts = new WeakMap<Callback, Span>()
  return {
    journal: <J extends Journal>(journal: J): J => tracedJournal(journal, { ...spans, attempts }),
    provider: (provider: OpenProvider): OpenProvider => tracedProvider(provider, { ...spans, attempts }),
    publisher: (publisher: Publisher): Publisher => tracedPublisher(publisher, { ...spans, topicPrefix }),
    requests: (app: FastifyInstance): void => traceRequests(app, spans),
    check: exporter.check,
    close: exporter.close,
  }
}
