import { createCounter, createGauge, createHistogram, type Figure } from './tally.ts'

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const patience = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800]

/** Every figure of our own, in base units, added to the list. The values of each label come from a fixed list: providers, channels, failure codes, reason codes. */
export function createInstruments (figures: Figure[]) {
  const counter = <L extends string = never>(name: string, help: string, labels: readonly L[] = []) => createCounter<L>({ figures, name: `callback_receiver_${name}`, help, labels })
  const histogram = <L extends string = never>(name: string, help: string, buckets: readonly number[], labels: readonly L[] = []) =>
    createHistogram<L>({ figures, name: `callback_receiver_${name}`, help, buckets, labels })
  const gauge = <L extends string = never>(name: string, help: string, labels: readonly L[] = []) => createGauge<L>({ figures, name: `callback_receiver_${name}`, help, labels })

  return {
    callbacks: counter('callbacks_total', 'Callbacks by what became of them: new, repeated, or the name of the error they were answered with.', ['provider', 'channel', 'result']),
    durable: histogram('durable_seconds', 'From a checked callback to its durable entry.', seconds, ['provider']),
    acknowledged: histogram('acknowledged_seconds', 'From the callback to an event of it that the broker acknowledged, the waiting for the provider included.', patience, ['provider']),
    announced: histogram('published_seconds', 'From a recorded event to its acknowledgement by the broker.', patience),
    publishes: counter('publishes_total', 'Publishes by result (acknowledged, or a failure code) and the reason code of the broker; none where it gave none.', ['result', 'reason_code']),
    upstream: histogram('upstream_seconds', 'Calls to a provider by act and status: ok, or a failure code.', seconds, ['provider', 'act', 'status']),
    buried: counter('entries_buried_total', 'Entries given up, by failure code.', ['code']),
    tokens: counter('token_requests_total', 'Token requests: granted, or the failure code of the refusal.', ['result']),
    spans: counter('spans_total', 'Spans of traces: exported, refused by the collector, or dropped because too many waited for it. Empty where nothing is traced.', ['result']),
    commitSize: histogram('commit_writes', 'Writes that shared one commit.', [1, 2, 4, 8, 16, 32, 64, 128, 256]),
    commitTime: histogram('commit_seconds', 'Time of one commit, fsync included.', seconds),

    pending: gauge('journal_pending', 'Entries that wait for a result or an acknowledgement.'),
    unpublished: gauge('journal_unpublished', 'Recorded events that the broker has not acknowledged.'),
    oldest: gauge('journal_oldest_pending_seconds', 'Age of the oldest entry that waits.'),
    buriedNow: gauge('journal_buried', 'Buried entries: each is for a person to redrive or erase.'),
    idle: gauge('delivery_idle_seconds', 'Time since the slowest sweep last looked for work.'),
    up: gauge('part_up', 'Whether a part works, as readiness says it: 1 or 0.', ['part']),
    breaker: gauge('breaker_open', 'The circuit breaker of a provider: 0 closed, 0.5 one probe at a time, 1 open.', ['provider']),
    limit: gauge('concurrency_limit', 'Results that a provider may be asked for at once; 0 while it wants patience.', ['provider']),
  }
}

export type Instruments = ReturnType<typeof createInstruments>
