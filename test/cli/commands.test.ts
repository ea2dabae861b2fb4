import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { directoryFor, startProcess } from '../process.ts'
import { until } from '../publisher/until.ts'
import { processed, startTokenio } from '../tokenio-server.ts'

const main = join(import.meta.dirname, '../../src/cli/main.ts')
const opsToken = 'sesame-sesame-sesame'
const keyOf = (n: number) => `rq:3SVzgJtzu2DvaZSgRGznpdkn${'ABCDEFGH'.charAt(n)}dq:5zKtXEAq`

function spawned (words: readonly string[], environment: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [main, ...words], { env: { PATH: process.env.PATH, NODE_V8_COVERAGE: process.env.NODE_V8_COVERAGE, ...environment } })
  return { child, ended: once(child, 'exit').then(([code]) => code as number | null) }
}

async function run (words: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const { child, ended } = spawned(words, environment)
  const [code, out, complaint] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
  return { code, out, complaint }
}

/** A service whose provider refuses to say a result, so that its first entry is buried. */
async function openTroubled (t: Test) {
  const tokenio = await startTokenio()
  t.teardown(tokenio.close)
  tokenio.otherwise({ status: 400, body: { error: { message: 'no' } } })
  const running = await startProcess(t, { TOKENIO_URL: tokenio.url, TOKENIO_API_KEY: 'canary-key-7391846205', DELIVERY_MAX_ATTEMPTS: '1', OPS_TOKEN: opsToken })
  const environment = { OPS_URL: running.ops, OPS_TOKEN: opsToken }
  const send = async (n: number) => (await fetch(`${running.url}/v1/tokenio/callback?request-id=${keyOf(n)}&request_id=${keyOf(n)}`)).json() as Promise<{ readonly callbackId: string }>
  const statusOf = async (id: string) => (await (await fetch(`${running.ops}/v1/entries/${id}`, { headers: { authorization: `Bearer ${opsToken}` } })).json() as { readonly status: string }).status
  return { tokenio, running, environment, send, statusOf }
}

void t.test('each command explains itself, and says with 2 that it was asked in a wrong way', async t => {
  for (const name of ['start', 'tail', 'redrive', 'doctor', 'token', 'backup']) {
    t.match(await run([name, '--help']), { code: 0, out: new RegExp(`^Usage: callback-receiver ${name}`) }, name)
  }
  t.match(await run(['--help']), { code: 0, out: /doctor/ })
  t.match(await run(['dance']), { code: 2 })
  t.match(await run(['start', 'now']), { code: 2, complaint: /^Usage/ })
  t.match(await run(['redrive']), { code: 2, complaint: /^Usage/ })
  t.match(await run(['redrive', '--all', '--delivered']), { code: 2 })
  t.match(await run(['backup']), { code: 2 })
  for (const name of ['tail', 'redrive', 'doctor', 'token', 'backup']) t.match(await run([name, '--colour']), { code: 2, complaint: /--colour[^]*Usage/ }, name)
  for (const name of ['tail', 'redrive', 'doctor', 'token', 'backup']) t.match(await run([name, '--help']), { out: /--json/ }, name)
  t.match(await run(['start'], { PORT: 'many' }), { code: 1, complaint: /did not start[^]*PORT/ })
})

void t.test('a buried entry is seen by tail and doctor, redriven and delivered', async t => {
  const { tokenio, environment, send, statusOf } = await openTroubled(t)
  const tail = spawned(['tail', '--json'], environment)
  t.teardown(async () => { tail.child.kill('SIGKILL'); await tail.ended })
  const seen: { readonly id: string, readonly status: string, readonly reason?: string }[] = []
  createInterface(tail.child.stdout).on('line', line => { seen.push(JSON.parse(line) as typeof seen[number]) })

  const { callbackId: id } = await send(0)
  await until(() => seen.some(entry => entry.id === id && entry.status === 'buried'))
  t.match(await run(['doctor'], environment), { code: 1, out: /degraded +journal +1 buried[^]*→ .*redrive/ })
  t.match(await run(['tail', '--once', '--status', 'buried'], environment), { code: 0, out: /buried +tokenio.*RESULT_REFUSED/ })
  t.match(await run(['tail', '--once', '--status', 'buried', '--key', keyOf(1)], environment), { code: 0, out: '' })

  tokenio.otherwise(processed())
  t.match(await run(['redrive', id, '--json'], environment), { code: 0, out: '{"redriven":1}\n' })
  await until(() => seen.some(entry => entry.id === id && entry.status === 'delivered'))
  t.equal(await statusOf(id), 'delivered')
  t.match(await run(['redrive', '--all'], environment), { code: 1, out: /nothing to redrive/ })
  t.match(await run(['redrive', '--delivered', '--since', '2020-01-01T00:00:00Z'], environment), { code: 0, out: '1 redriven.\n' })
  t.match(await run(['redrive', '--delivered', '--since', 'yesterday'], environment), { code: 1, complaint: /since/ })
})

void t.test('doctor tries what is outside, and says how to mend it', async t => {
  const { tokenio, environment, running } = await openTroubled(t)
  const findings = async () => {
    const { out } = await run(['doctor', '--json'], environment)
    t.notMatch(out, 'canary-key')
    return Object.fromEntries((JSON.parse(out) as { readonly findings: readonly { readonly part: string }[] }).findings.map(({ part, ...rest }) => [part, rest]))
  }
  t.match(await findings(), { journal: { status: 'ok' }, broker: { status: 'ok', reason: /acknowledged/ }, tokenio: { status: 'ok' }, clock: { status: 'ok', reason: /agrees/ } })
  tokenio.otherwise({ status: 401, body: {} })
  t.match(await findings(), { tokenio: { status: 'degraded', mend: /credentials/ } })
  tokenio.otherwise({ status: 429, body: {} })
  t.match(await findings(), { tokenio: { status: 'degraded', mend: /higher limit/ } })
  await tokenio.close()
  t.match(await findings(), { tokenio: { status: 'degraded', mend: /firewall/ }, clock: { reason: /nobody/ } })
  t.match(await run(['doctor'], { ...environment, OPS_TOKEN: 'not-the-token-at-all' }), { code: 1, out: /OPS_TOKEN/ })
  await running.stop()
  t.match(await run(['doctor'], { ...environment, PORT: 'many' }), { code: 1, out: /FAILING +service[^]*FAILING +settings[^]*PORT/ })
})

void t.test('a backup of a running journal opens as a journal, with all that was acknowledged', async t => {
  const { environment, send, running, tokenio } = await openTroubled(t)
  const directory = directoryFor(t)
  const file = join(directory, 'copy.db')
  const { callbackId } = await send(2)
  t.match(await run(['backup', file, '--json'], environment), { code: 0, out: /"bytes":[1-9]/ })
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.match(await run(['backup', file], environment), { code: 1, complaint: /is there already/ })
  t.match(await run(['backup', join(directory, 'none', 'copy.db')], environment), { code: 1 })

  const copy = new DatabaseSync(file)
  t.match(copy.prepare('PRAGMA integrity_check').get(), { integrity_check: 'ok' })
  copy.close()
  await running.stop()
  tokenio.otherwise(processed())
  const restored = await startProcess(t, { TOKENIO_URL: tokenio.url, TOKENIO_API_KEY: 'key', JOURNAL_URL: `sqlite:${file}` })
  t.match(await (await fetch(`${restored.ops}/v1/entries/${callbackId}`)).json(), { id: callbackId, key: keyOf(2) })
})

void t.test('start runs the service until it is told to stop', async t => {
  const directory = directoryFor(t)
  const { child, ended } = spawned(['start'], { HOST: '127.0.0.1', PORT: '0', OPS_PORT: '0', MQTT_LISTEN_PORT: '0', JOURNAL_URL: `sqlite:${join(directory, 'journal.db')}` })
  t.teardown(() => child.kill('SIGKILL'))
  const lines = createInterface(child.stdout)
  for await (const line of lines) if ((JSON.parse(line) as { readonly msg: string }).msg === 'listening') break
  child.stdout.resume()
  child.kill('SIGTERM')
  t.equal(await ended, 0)
})
