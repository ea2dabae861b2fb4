import type { FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'
import type { Journal } from '../journal/journal.ts'
import type { OpenProvider } from '../providers/provider.ts'
import type { Publisher } from '../publisher/publisher.ts'
import type { Tokens } from '../token/token.ts'
import { createInstruments } from './instruments.ts'
import { measuredJournal } from './measured-journal.ts'
import { measuredProvider } from './measured-provider.ts'
import { measuredPublisher } from './measured-publisher.ts'
import { measuredTokens } from './measured-tokens.ts'
import { countRefusedCallbacks } from './refused-callbacks.ts'
import { createStanding, type StandingParts } from './standing.ts'
import type { Figure } from './tally.ts'

/** Gauges that call themselves totals, which promtool refuses. Each has a namesake without, by type. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total']

export type Metrics = ReturnType<typeof openMetrics>

/** The figures of one service, in a registry of its own. Each part is measured by wrapping it: none of them knows. */
export function openMetrics () {
  const figures: Figure[] = []
  const instruments = createInstruments(figures)
  let opened: Promise<Registry> | undefined

  return {
    journal: <J extends Journal>(journal: J): J => measuredJournal(journal, instruments),
    publisher: (publisher: Publisher): Publisher => measuredPublisher(publisher, instruments),
    provider: (provider: OpenProvider): OpenProvider => measuredProvider(provider, instruments),
    tokens: <T extends Pick<Tokens, 'grant'>>(tokens: T): T => measuredTokens(tokens, instruments),
    refusals: (providers: readonly OpenProvider[]) => (app: FastifyInstance): void => countRefusedCallbacks(app, providers, instruments),
    /** Told of each commit of the journal's database. */
    committed (writes: number, milliseconds: number): void {
      instruments.commitSize.observe({}, writes)
      instruments.commitTime.observe({}, milliseconds / 1000)
    },
    /** Told of what became of spans. */
    spans (result: 'exported' | 'refused' | 'dropped', number: number): void {
      instruments.spans.inc({ result }, number)
    },
    /** Gives the text that Prometheus reads, version 0.0.4. */
    text (parts: StandingParts): () => Promise<string> {
      const standing = createStanding(parts, instruments)
      return async () => {
        await standing()
        return (await (opened ??= openRegistry(figures))).metrics()
      }
    },
  }
}

/** Our figures, and from now on those of the process. Loaded with the first look: the process is ready sooner without it. */
async function openRegistry (figures: readonly Figure[]): Promise<Registry> {
  const { collectDefaultMetrics, Registry } = await import('prom-client')
  const registry = new Registry()
  for (const figure of figures) registry.registerMetric(figure as never)
  collectDefaultMetrics({ register: registry })
  for (const name of misnamed) registry.removeSingleMetric(name)
  return registry
}
