import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { openExporter, type ExporterParts } from '../../src/traces/exporter.ts'
import type { EndedSpan } from '../../src/traces/span.ts'
import { until } from '../publisher/until.ts'
import { startCollector } from './collector.ts'

const spanOf = (n: number): EndedSpan => ({ traceId: '0af7651916cd43dd8448eb211c80319c', id: n.toString(16).padStart(16, '0'), name: 'append', kind: 'internal', begin: 1_700_000_000_000, end: 1_700_000_000_001, attributes: {} })

async function open (t: Test, parts: Partial<ExporterParts> = {}) {
  const collector = await startCollector(t)
  const counts = { exported: 0, refused: 0, dropped: 0 }
  const said: string[] = []
  const tell = (level: string) => (fields: object, message: string) => { said.push(`${level} ${message} ${JSON.stringify(fields)}`) }
  const exporter = openExporter({
    base: `${collector.url}/`, headers: [], resource: { 'service.name': 'it' }, every: 20, pause: 20, count: (result, spans) => { counts[result] += spans }, log: { info: tell('info'), warn: tell('warn') }, ...parts,
  })
  t.teardown(() => exporter.close(0))
  const take = (number: number) => { for (let n = 1; n <= number; n++) exporter.take(spanOf(n)) }
  return { collector, counts, said, exporter, take }
}

void t.test('spans go together, below the base, with the headers that the collector wants', async t => {
  const { collector, counts, take, said } = await open(t, { headers: ['authorization=Basic%20c2VjcmV0', 'x-tenant = seven'] })
  take(3)
  await until(() => collector.spans.length === 3)
  t.match(collector.asks, [{ path: 'POST /v1/traces', spans: 3, headers: { 'content-type': 'application/json', authorization: 'Basic c2VjcmV0', 'x-tenant': 'seven' } }])
  t.strictSame(collector.faults, [])
  await until(() => counts.exported === 3)
  t.strictSame(said, [])
})

void t.test('many go in batches of 512, all of them, and without waiting for their time', async t => {
  const { collector, counts, take } = await open(t, { every: 60_000 })
  take(1500)
  await until(() => collector.spans.length >= 1024)
  t.strictSame(collector.asks.map(({ spans }) => spans).slice(0, 2), [512, 512])
  t.equal(counts.dropped, 0)
})

void t.test('while the collector is away, spans wait as long as there is room, the rest is counted, and it is said once', async t => {
  const { collector, counts, said, take } = await open(t, { most: 100 })
  collector.told.reply = { status: 503 }
  take(130)
  t.equal(counts.dropped, 30, 'at once')
  await until(() => collector.asks.length >= 3)
  t.equal(said.length, 1)
  t.match(said[0], /^warn traces not exported .*503/)
  collector.told.reply = {}
  await until(() => counts.exported === 100)
  t.match(said[1], /^info traces exported again/)
  t.strictSame(new Set(collector.spans.map(({ spanId }) => spanId)).size, 100, 'each once')
})

void t.test('a collector that wants to be asked later is asked later', async t => {
  const { collector, take } = await open(t)
  collector.told.reply = { status: 429, headers: { 'retry-after': '1' } }
  take(1)
  await until(() => collector.asks.length === 1)
  collector.told.reply = {}
  await sleep(400)
  t.equal(collector.asks.length, 1)
  await until(() => collector.spans.length === 1)
})

void t.test('what the collector refuses for good is counted, and not sent again', async t => {
  const { collector, counts, take, said } = await open(t)
  collector.told.reply = { status: 401 }
  take(2)
  await until(() => counts.refused === 2)
  collector.told.reply = { body: { partialSuccess: { rejectedSpans: '1', errorMessage: 'too old' } } }
  take(3)
  await until(() => counts.refused === 3)
  t.equal(counts.exported, 2)
  t.match(said.join(), /401/)
  t.equal(collector.asks.length, 2)
})

void t.test('at the end all that waits is sent', async t => {
  const { collector, counts, exporter, take } = await open(t, { every: 60_000 })
  take(700)
  await exporter.close(5000)
  t.equal(collector.spans.length, 700)
  take(1)
  t.equal(counts.dropped, 1, 'after it nothing is taken')
})

void t.test('a collector that does not answer holds up the end no longer than it may', async t => {
  const { collector, counts, exporter, take } = await open(t)
  collector.told.reply = { isMute: true }
  take(5)
  await until(() => collector.asks.length === 1)
  const since = Date.now()
  await exporter.close(100)
  t.ok(Date.now() - since < 2000)
  t.equal(counts.dropped, 5)
})

void t.test('whether the collector takes traces is found out by a real call, and no reason names its address or headers', async t => {
  const { collector, exporter } = await open(t, { headers: ['authorization=CANARY'] })
  await exporter.check()
  t.match(collector.asks, [{ path: 'POST /v1/traces', spans: 0 }])
  t.strictSame(collector.faults, [])
  collector.told.reply = { status: 404 }
  await t.rejects(exporter.check(), { code: 'ADDRESS_AWAY', reason: 'The collector answered 404.' })
  await collector.close()
  await t.rejects(exporter.check(), { code: 'ADDRESS_AWAY', reason: /^The collector cannot be reached \((?:ECONNREFUSED|UND_ERR_SOCKET)\)\.$/ })
})
