import { readFileSync } from 'node:fs'
import t from 'tap'
import { parse, parseAllDocuments } from 'yaml'
import { settingsOf } from '../../src/config.ts'
import { failures } from '../../src/domain/failure.ts'
import { createInstruments } from '../../src/metrics/instruments.ts'
import type { Figure } from '../../src/metrics/tally.ts'
import { providers } from '../../src/providers/index.ts'

const textOf = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
const operate = textOf('docs/operate.md')

void t.test('each figure has its line, and no line is about one that is gone', async t => {
  const figures: Figure[] = []
  createInstruments(figures)
  const known = figures.map(({ name }) => name)
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

void t.test('who deploys finds each load balancer, how large it must be, and only settings that there are', async t => {
  const deploy = textOf('docs/deploy.md')
  for (const word of ['HAProxy', 'nginx', 'Application Load Balancer', 'Kubernetes', 'docker compose', '## How large', 'PostgreSQL', 'broker']) t.match(deploy, word)
  const settings = settingsOf(providers)
  for (const [, name] of `${deploy}${operate}`.matchAll(/`((?:MQTT|OTEL|TOKENIO|OPS|JOURNAL|OAUTH|SHUTDOWN|RETENTION|RATE|TRUST|EVENT|BODY|DELIVERY|OID4VP)_[A-Z_]+)(?:=[^`]*)?`/g)) {
    if (!Object.hasOwn(failures, name ?? '') && name !== 'OPS_URL') t.ok(Object.hasOwn(settings, name ?? ''), `${name} is a setting`)
  }
})
