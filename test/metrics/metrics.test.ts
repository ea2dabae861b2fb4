import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { startProcess } from '../process.ts'

const withoutPromtool = spawnSync('promtool', ['--version']).status !== 0 && process.env.CI !== 'true' && 'promtool is not installed'
const key = 'rq:3SVzgJtzu2DvaZSgRGznpdknT3dq:5zKtXEAq'
const documents = new URL('../../docs/', import.meta.url)

void t.test('a callback can be followed through the figures, from its arrival to the acknowledgement', async t => {
  const { url, ops } = await startProcess(t)
  const figures = async () => (await fetch(`${ops}/metrics`)).text()
  const call = `${url}/v1/tokenio/callback?request-id=${key}&request_id=${key}`
  await fetch(call)
  await fetch(call)
  await fetch(`${url}/v1/tokenio/callback?request-id=none`)
  let text = ''
  // a look is not one moment: the journal may have been counted just before the acknowledgement and its mark came
  const ends = ['callback_receiver_publishes_total{result="acknowledged",reason_code="0"} 1', 'callback_receiver_journal_pending 0\n']
  for (let looks = 0; looks < 200 && !ends.every(line => text.includes(line)); looks++) {
    await sleep(20)
    text = await figures()
  }
  for (const line of [
    'callback_receiver_callbacks_total{provider="tokenio",channel="front",result="new"} 1',
    'callback_receiver_callbacks_total{provider="tokenio",channel="front",result="repeated"} 1',
    'callback_receiver_callbacks_total{provider="tokenio",channel="front",result="InvalidParameterError"} 1',
    'callback_receiver_durable_seconds_count{provider="tokenio"} 2',
    'callback_receiver_acknowledged_seconds_count{provider="tokenio"} 1',
    'callback_receiver_published_seconds_count 1',
    'callback_receiver_upstream_seconds_count{provider="tokenio",act="result",status="ok"} 1',
    'callback_receiver_journal_pending 0',
    'callback_receiver_journal_unpublished 0',
    'callback_receiver_journal_buried 0',
    'callback_receiver_journal_oldest_pending_seconds 0',
    'callback_receiver_part_up{part="journal"} 1',
    'callback_receiver_part_up{part="broker"} 1',
    'callback_receiver_breaker_open{provider="tokenio"} 0',
    'callback_receiver_concurrency_limit{provider="tokenio"} 16',
  ]) t.ok(text.includes(`${line}\n`), line)
  t.match(text, /^callback_receiver_commit_writes_sum [1-9]/m)
  t.match(text, /^process_cpu_seconds_total /m)
  t.notMatch(text, key, 'no key is a label')

  await t.test('promtool finds nothing wrong with them', { skip: withoutPromtool }, async t => {
    const { status, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })
    t.equal(status, 0, stderr)
  })

  await t.test('alert rules and dashboard ask for figures that there are', async t => {
    for (const file of ['alerts.yaml', 'dashboard.json']) {
      const asked = new Set(readFileSync(new URL(file, documents), 'utf8').match(/callback_receiver_\w+/g))
      for (const name of asked) t.match(text, new RegExp(`^# TYPE ${name.replace(/_(?:bucket|sum|count)$/, '')} `, 'm'), `${name} of ${file}`)
    }
  })
})

void t.test('promtool takes the alert rules', { skip: withoutPromtool }, async t => {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', new URL('alerts.yaml', documents).pathname], { encoding: 'utf8' })
  t.equal(status, 0, stdout + stderr)
})
