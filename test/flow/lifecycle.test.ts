import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t, { type Test } from 'tap'
import { directoryFor, startProcess } from '../process.ts'
import { subscribe } from '../subscriber.ts'
import { startTokenio } from '../tokenio-server.ts'

const callback = (n: number) => {
  const id = `rq:3SVzgJtzu2DvaZSgRGznpdk${String(n).padStart(4, 'A').replaceAll('0', 'z')}:5zKtXEAq`
  return { id, query: `request-id=${id}&request_id=${id}` }
}

void t.test('the first run needs no setting: the sandbox completes an authorization', async t => {
  const { url, mqtt, lines } = await startProcess(t)
  const subscriber = await subscribe(t, mqtt)
  const { query, id } = callback(1)
  t.equal((await fetch(`${url}/v1/tokenio/callback?${query}`)).status, 200)
  t.match((await subscriber.count(1))[0]?.event, { type: 'callbacks.tokenio.completed.v1', data: { tokenRequestId: id, status: 'PROCESSED' } })
  t.ok(lines.some(({ msg }) => /sandbox/.test(String(msg))), 'and the log says that it is one')
})

void t.test('health says what each part is doing', async t => {
  const { url } = await startProcess(t)
  const livez = await fetch(`${url}/livez`)
  t.match([livez.status, await livez.json()], [200, { status: 'ok' }])
  const readyz = await fetch(`${url}/readyz`)
  t.match([readyz.status, await readyz.json()], [200, { status: 'ok', checks: { journal: { status: 'ok' }, delivery: { status: 'ok' }, broker: { status: 'ok' }, tokenio: { status: 'ok' } } }])
})

void t.test('SIGTERM: what was accepted is answered and published, and the process ends with 0', async t => {
  const tokenio = await startTokenio()
  t.teardown(tokenio.close)
  const { url, mqtt, stop, lines } = await startProcess(t, { TOKENIO_URL: tokenio.url, TOKENIO_API_KEY: 'k' })
  const subscriber = await subscribe(t, mqtt)
  const statuses = await Promise.all(Array.from({ length: 20 }, async (_, n) => (await fetch(`${url}/v1/tokenio/callback?${callback(n).query}`)).status))
  t.ok(statuses.every(status => status === 200))
  await subscriber.count(20)
  t.equal(await stop(), 0)
  t.equal(lines.at(-1)?.msg, 'stopped')
})

void t.test('SIGTERM with a provider that never answers still ends within the grace, and the entry goes on in the next process', async t => {
  const tokenio = await startTokenio()
  t.teardown(tokenio.close)
  tokenio.otherwise({ fault: 'hang' })
  const directory = directoryFor(t)
  const environment = { directory, TOKENIO_URL: tokenio.url, TOKENIO_API_KEY: 'k', SHUTDOWN_GRACE_SECONDS: '2' }
  const first = await startProcess(t, environment)
  await fetch(`${first.url}/v1/tokenio/callback?${callback(1).query}`)
  const since = Date.now()
  t.equal(await first.stop(), 0)
  t.ok(Date.now() - since < 3500, `${Date.now() - since} ms`)
  tokenio.otherwise({ body: { status: 'PROCESSED' } })
  const second = await startProcess(t, environment)
  const subscriber = await subscribe(t, second.mqtt)
  await subscriber.count(1)
})

void t.test('SIGTERM before it listens is not lost', async t => {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../src/main.ts')], {
    cwd: directoryFor(t), stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: '0', OPS_PORT: '0', MQTT_LISTEN_PORT: '0', SHUTDOWN_GRACE_SECONDS: '1' },
  })
  t.teardown(() => child.kill('SIGKILL'))
  const lines = createInterface(child.stdout)
  const [first] = await once(lines, 'line') as [string]
  t.notMatch(first, /"listening"/, 'the sandbox speaks first')
  child.kill('SIGTERM')
  t.same(await once(child, 'exit'), [0, null])
})

void t.test('a second process on the same journal refuses to start and says why', async t => {
  const directory = directoryFor(t)
  await startProcess(t, { directory })
  await t.rejects(startProcess(t, { directory }), { message: /another process/i })
})

void t.test('a fault that nobody caught, or a promise that nobody awaited, is logged and ends the process; the next one goes on', async t => {
  for (const fault of ['throw new Error(name)', 'void Promise.reject(new Error(name))']) {
    const directory = directoryFor(t)
    const NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --import=data:text/javascript,${encodeURIComponent(`const name='planted'; process.on('SIGUSR2', () => { ${fault} })`)}`
    const { child, ended, lines } = await startProcess(t, { directory, NODE_OPTIONS })
    child.kill('SIGUSR2')
    t.equal(await ended, 1, fault)
    t.match(lines.at(-1), { level: 60, msg: 'ended by a fault of its own', err: { message: 'planted' } })
    t.equal((await fetch(`${(await startProcess(t, { directory })).url}/readyz`)).status, 200)
  }
})

void t.test('wrong settings stop the start, all faults at once', async t => {
  await t.rejects(startProcess(t, { PORT: 'eighty', LOG_LEVEL: 'loud', JOURNAL_URL: 'mysql://x' }), { message: /LOG_LEVEL[^]*PORT[^]*JOURNAL_URL/ })
})

void t.test('a port in use stops the start with a clear word', async t => {
  const { url } = await startProcess(t)
  await t.rejects(startProcess(t, { PORT: new URL(url).port }), { message: /PORT|in use|EADDRINUSE/ })
})

/** Milliseconds that a process was ready to run, while others had the processor: the second figure, in nanoseconds, that Linux keeps. 0 where it keeps none. */
function heldUp (pid: number | undefined): number {
  const file = `/proc/${pid}/schedstat`
  const [, waited = 0] = existsSync(file) ? readFileSync(file, 'utf8').split(' ').map(Number) : []
  return waited / 1e6
}

/** Milliseconds from start to ready, without those that others took, and the megabytes held then. */
async function timedStart (t: Test, directory: string) {
  const since = performance.now()
  const { url, child, stop } = await startProcess(t, { directory, NODE_V8_COVERAGE: undefined, NODE_OPTIONS: '', NODE_COMPILE_CACHE: directory })
  t.equal((await fetch(`${url}/readyz`)).status, 200)
  const took = performance.now() - since - heldUp(child.pid)
  const ps = spawn('ps', ['-o', 'rss=', '-p', String(child.pid)])
  const [out] = await once(ps.stdout, 'data') as [Buffer]
  await stop()
  return { took: Math.round(took), megabytes: Math.round(Number(out.toString()) / 1000) }
}

void t.test('from start to ready in 700 ms, and at rest in 130 MB', async t => {
  const directory = directoryFor(t)
  await timedStart(t, directory) // fills the compile cache, as for any second start
  const starts: Awaited<ReturnType<typeof timedStart>>[] = []
  const within = () => starts.some(({ took }) => took < 1400) && starts.some(({ megabytes }) => megabytes < 150)
  while (starts.length < 6 && !within()) starts.push(await timedStart(t, directory))
  t.ok(within(), `twice that is allowed beside other tests; bench/ holds the real bounds: ${JSON.stringify(starts)}`)
  t.comment(JSON.stringify(starts))
})

void t.test('the source of a started process is plain TypeScript, with nothing built before', async t => {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../src/main.ts')], { env: { PORT: 'x' }, stdio: ['ignore', 'ignore', 'pipe'] })
  const [complaint] = await once(child.stderr, 'data') as [Buffer]
  t.match(complaint.toString(), /PORT must be integer/)
})
