import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import t from 'tap'
import { createLogLines } from '../src/log-lines.ts'
import { startProcess } from './process.ts'

function queryOf (n: number): string {
  const id = `rq:3SVzgJtzu2DvaZSgRGznpdk${String(n).padStart(4, 'A').replaceAll('0', 'z')}:5zKtXEAq`
  return `request-id=${id}&request_id=${id}`
}

function open (parts: { readonly every?: number, readonly most?: number } = {}) {
  const writes: string[] = []
  const lines = createLogLines({ write: text => { writes.push(text) }, every: 40, ...parts })
  return { writes, lines, log: pino({ base: null, timestamp: false }, lines) }
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

void t.test('lines that cannot be written are not written for ever', async t => {
  let tries = 0
  const lines = createLogLines({ write: () => { tries++; throw new Error('no') }, every: 60_000 })
  t.throws(() => { lines.write('1\n') })
  lines.flushSync()
  t.equal(tries, 1)
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
    import { writeSync } from 'node:fs'
    const lines = createLogLines({ write: text => { writeSync(1, text) }, every: 60_000 })
    process.once('exit', lines.flushSync)
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
