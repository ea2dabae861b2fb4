import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, openSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import t from 'tap'
import { createLogLines } from '../src/log-lines.ts'
import { createLogOutput } from '../src/log-output.ts'
import { freePort } from './mosquitto.ts'
import { directoryFor, spawnProcess, startProcess } from './process.ts'
import { until } from './publisher/until.ts'

function queryOf (n: number): string {
  const id = `rq:3SVzgJtzu2DvaZSgRGznpdk${String(n).padStart(4, 'A').replaceAll('0', 'z')}:5zKtXEAq`
  return `request-id=${id}&request_id=${id}`
}

/** `reader.takes`: bytes that whoever reads takes now. */
function open (parts: { readonly every?: number, readonly most?: number, readonly mostKept?: number } = {}) {
  const writes: string[] = []
  const reader = { takes: Infinity }
  function write (bytes: Uint8Array): number {
    const number = Math.min(bytes.length, reader.takes)
    if (number === 0) throw Object.assign(new Error('it would have to wait'), { code: 'EAGAIN' })
    reader.takes -= number
    writes.push(Buffer.from(bytes.subarray(0, number)).toString('latin1'))
    return number
  }
  const lines = createLogLines({ output: createLogOutput({ write }), every: 40, patience: 20, ...parts })
  return { writes, reader, lines, log: pino({ base: null, timestamp: false }, lines) }
}

void t.test('a line after a quiet time is written at once, those that follow go out together soon after', async t => {
  const { writes, log } = open()
  log.info('1')
  t.equal(writes.length, 1)
  log.info('2')
  log.warn('3')
  t.equal(writes.length, 1, 'they wait')
  for (const end = Date.now() + 5000; writes.length < 2 && Date.now() < end;) await sleep(5)
  t.match(writes, [/"msg":"1"\}\n$/, /^.*"msg":"2"\}\n.*"msg":"3"\}\n$/])
  await sleep(120)
  log.info('4')
  t.equal(writes.length, 3, 'and then it is quiet again')
})

void t.test('an error takes along at once what waits before it', async t => {
  const { writes, log } = open({ every: 60_000 })
  log.info('1')
  log.info('2')
  log.error('3')
  t.match(writes, [/"1"/, /"2"[^]*"3"/])
  log.info('4')
  log.fatal('5')
  t.match(writes[2], /"4"[^]*"5"/)
})

void t.test('many lines do not wait for the time to be over', async t => {
  const { writes, log } = open({ every: 60_000, most: 1000 })
  for (let i = 0; i < 101; i++) log.info('a line of fifty characters'.padEnd(26, '.'))
  t.ok(writes.length > 3)
  for (const text of writes.slice(1)) t.ok(text.length >= 1000 && text.length < 1100 && text.endsWith('\n'), `${text.length}`)
})

void t.test('flushing writes what waits, once', async t => {
  const { writes, lines, log } = open({ every: 60_000 })
  log.info('1')
  log.info('2')
  lines.flushSync()
  lines.flushSync()
  t.match(writes, [/"1"/, /"2"/])
  t.equal(writes.length, 2)
})

void t.test('lines that can never be written are lost, and trouble nobody', async t => {
  let tries = 0
  const lines = createLogLines({ output: createLogOutput({ write: () => { tries++; throw Object.assign(new Error('no'), { code: 'EPIPE' }) } }), every: 60_000 })
  lines.write('1\n')
  lines.flushSync()
  lines.end()
  t.equal(tries, 1)
})

void t.test('a reader that stands still keeps nobody waiting, and hears all of it once it goes on', async t => {
  const { writes, reader, log } = open({ every: 5 })
  log.info('first')
  reader.takes = 10
  for (let i = 0; i < 50; i++) log.error(`line ${i}`)
  await sleep(30)
  reader.takes = 7
  await sleep(30)
  reader.takes = Infinity
  const expected = ['first', ...Array.from({ length: 50 }, (_, i) => `line ${i}`)]
  for (const end = Date.now() + 5000; !writes.join('').endsWith('line 49"}\n') && Date.now() < end;) await sleep(5)
  t.same(writes.join('').trimEnd().split('\n').map(line => (JSON.parse(line) as { msg: string }).msg), expected)
})

void t.test('what nobody reads is kept up to a limit, and then it is said how much was lost', async t => {
  const { writes, reader, log } = open({ every: 5, mostKept: 2000 })
  log.info('first')
  reader.takes = 0
  for (let i = 0; i < 1000; i++) log.info(`line ${i}`)
  await sleep(30)
  reader.takes = Infinity
  for (const end = Date.now() + 5000; !writes.join('').includes('lost') && Date.now() < end;) await sleep(5)
  log.info('last')
  for (const end = Date.now() + 5000; !writes.join('').includes('"last"') && Date.now() < end;) await sleep(5)
  const said = writes.join('').trimEnd().split('\n').map(line => JSON.parse(line) as { msg: string, level: number, lines?: number })
  const loss = said.find(({ msg }) => msg.includes('lost'))
  t.match(loss, { level: 40, msg: 'log lines lost: nobody read them' })
  t.equal(said.filter(({ msg }) => msg.startsWith('line ')).length + (loss?.lines ?? 0), 1000)
  t.equal(said.at(-1)?.msg, 'last')
})

void t.test('the end waits for a reader that is behind, but not for one that stands still', async t => {
  const slow = open({ every: 60_000 })
  slow.log.info('1')
  slow.reader.takes = 3
  slow.log.error('2')
  slow.log.info('3')
  slow.reader.takes = Infinity
  slow.lines.end()
  t.match(slow.writes.join(''), /"1"[^]*"2"[^]*"3"\}\n$/)
  const still = open({ every: 60_000 })
  still.log.info('1')
  still.reader.takes = 0
  still.log.error('2')
  const since = performance.now()
  still.lines.end()
  t.ok(performance.now() - since >= 20)
})

void t.test('a process says each of its lines before it ends, one for each callback among them', async t => {
  const { url, lines, stop } = await startProcess(t)
  const count = 200
  for (let i = 1; i <= count; i++) await fetch(`${url}/v1/tokenio/callback?${queryOf(i)}`).then(reply => reply.text())
  t.equal(await stop(), 0)
  t.equal(lines.filter(({ msg }) => msg === 'callback journalled').length, count)
  t.equal(lines.at(-1)?.msg, 'stopped')
})

void t.test('a fault of its own ends it with all its lines said', async t => {
  const script = `
    import { pino } from 'pino'
    import { createLogLines } from ${JSON.stringify(join(import.meta.dirname, '../src/log-lines.ts'))}
    import { createLogOutput } from ${JSON.stringify(join(import.meta.dirname, '../src/log-output.ts'))}
    import { writeSync } from 'node:fs'
    const lines = createLogLines({ output: createLogOutput({ write: bytes => writeSync(1, bytes) }), every: 60_000 })
    process.once('exit', lines.end)
    const log = pino({ base: null }, lines)
    for (let i = 0; i < 5; i++) log.info('said ' + i)
    throw new Error('of its own')`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { cwd: join(import.meta.dirname, '..'), stdio: ['ignore', 'pipe', 'ignore'] })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => { said += chunk.toString() })
  t.same(await once(child, 'close'), [1, null])
  t.match(said, /said 0[^]*said 4"\}\n$/)
})

void t.test('whoever reads the log may leave: the service goes on', async t => {
  const { url, child } = await startProcess(t)
  child.stdout?.destroy()
  for (let i = 1; i <= 20; i++) {
    t.equal((await fetch(`${url}/v1/tokenio/callback?${queryOf(i)}`)).status, 200)
    await sleep(10)
  }
  t.equal(child.exitCode, null)
})

void t.test('whoever reads the log may stand still: callbacks are answered all the same', { timeout: 120_000 }, async t => {
  const directory = directoryFor(t)
  const pipe = join(directory, 'log') // what a container has: a process that Node starts has a socket
  execFileSync('mkfifo', [pipe])
  const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK)
  const writer = openSync(pipe, 'w')
  const port = await freePort()
  const child = spawnProcess({ directory, PORT: String(port) }, writer)
  const ended = once(child, 'exit')
  t.teardown(async () => { child.kill('SIGKILL'); await ended; closeSync(writer); closeSync(reader) })
  const url = `http://127.0.0.1:${port}`
  await until(() => fetch(`${url}/readyz`).then(({ ok }) => ok, () => false), 30_000)
  const call = async (n: number) => (await fetch(`${url}/v1/tokenio/callback?${queryOf(n)}`, { signal: AbortSignal.timeout(10_000) })).status
  const statuses: number[] = []
  for (let n = 1; n <= 1000; n += 20) statuses.push(...await Promise.all(Array.from({ length: 20 }, (_, i) => call(n + i))))
  t.equal(statuses.filter(status => status === 200).length, 1000)
  child.kill('SIGTERM')
  t.same(await ended, [0, null], 'and it ends in time')
})
