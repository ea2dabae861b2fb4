import { readFileSync } from 'node:fs'
import { Registry } from 'prom-client'
import t from 'tap'
import { parse, parseAllDocuments } from 'yaml'
import { failures } from '../../src/domain/failure.ts'
import { createInstruments } from '../../src/metrics/instruments.ts'

const textOf = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
const operate = textOf('docs/operate.md')

void t.test('each figure has its line, and no line is about one that is gone', async t => {
  const registry = new Registry()
  createInstruments(registry)
  const known = (await registry.getMetricsAsJSON()).map(({ name }) => name)
  const told = [...operate.matchAll(/^\| `(callback_receiver_\w+)`/gm)].map(([, name]) => name)
  t.strictSame(new Set(told), new Set(known))
})

void t.test('each alert has its line', async t => {
  const { groups } = parse(textOf('docs/alerts.yaml')) as { readonly groups: readonly { readonly rules: readonly { readonly alert: string }[] }[] }
  const told = [...operate.matchAll(/^\| `(CallbackReceiver\w+)`/gm)].map(([, name]) => name)
  t.strictSame(told, groups.flatMap(({ rules }) => rules.map(({ alert }) => alert)))
})

void t.test('each failure that an entry can meet has its line', async t => {
  const told = new Set([...operate.matchAll(/^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*)/gm)].flatMap(([, codes]) => codes?.match(/[A-Z_]+/g) ?? []))
  const met = Object.entries(failures).filter(([, { status, retry }]) => status === 502 || (status === 500 && !retry)).map(([code]) => code)
  for (const code of [...met, 'UNEXPECTED', 'BROKER_AWAY', 'JOURNAL_UNAVAILABLE']) t.ok(told.has(code), code)
  for (const code of told) t.ok(Object.hasOwn(failures, code), `${code} is one`)
})

void t.test('the manifests probe what there is, and give nothing away', async t => {
  const documents = parseAllDocuments(textOf('deploy/kubernetes.yaml')).map(document => document.toJS() as { readonly kind: string, readonly spec: never })
  t.strictSame(documents.map(({ kind }) => kind), ['Service', 'Service', 'StatefulSet'])
  t.match(documents[2], { spec: { replicas: 1, template: { spec: { containers: [{
    readinessProbe: { httpGet: { path: '/readyz' } }, livenessProbe: { httpGet: { path: '/livez' } }, securityContext: { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
  }] } } } })
})
