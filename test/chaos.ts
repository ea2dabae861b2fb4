import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { startMosquitto } from './mosquitto.ts'
import { startPostgres } from './postgres.ts'
import { spawnProcess } from './process.ts'
import { subscribe } from './subscriber.ts'
import { pending, processed, startTokenio } from './tokenio-server.ts'

export interface ChaosParts {
  readonly kills: number
  readonly engine: 'sqlite' | 'postgres'
  /** At most so long is killed. */
  readonly seconds: number
  /** From 0 to 1. */
  readonly random?: () => number
  readonly log?: (line: string) => void
}

export interface ChaosReport {
  readonly kills: number
  readonly brokerKills: number
  /** Callbacks that were answered 200. */
  readonly acknowledged: number
  /** Of those, how many have their final event. */
  readonly delivered: number
  readonly lost: number
  /** Requests that were not answered, or not with 200. */
  readonly unanswered: number
  /** Events that arrived more than once, with the same id. */
  readonly repeated: number
  /** Keys with two final events of different ids. */
  readonly doubled: number
  /** Keys whose events came in another order than they were recorded in, or whose last word is not their final event. */
  readonly disordered: number
}

interface Sent { readonly brokerKills: number, acknowledged: boolean }
interface Seen { readonly types: string[], readonly ids: Set<string>, readonly finals: Set<string> }

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const isFinal = (type: string) => type.endsWith('.completed.v1')

/** The product under steady load, killed again and again at any moment, and its broker with it now and then; then an account of what came of each callback. */
export async function runChaos ({ kills, engine, seconds, random = Math.random, log = () => undefined }: ChaosParts): Promise<ChaosReport> {
  const closers: (() => unknown)[] = []
  const teardown = { teardown: (close: () => unknown) => { closers.push(close) } }
  try {
    return await run()
  } finally {
    for (const close of closers.toReversed()) await close()
  }

  async function run (): Promise<ChaosReport> {
    const directory = mkdtempSync(join(tmpdir(), 'chaos-'))
    closers.push(() => { rmSync(directory, { recursive: true, force: true }) })
    const [tokenio, mosquitto] = [await startTokenio(), await startMosquitto()]
    closers.push(tokenio.close, mosquitto.stop)
    const postgres = engine === 'postgres' ? await startPostgres() : undefined
    if (postgres !== undefined) closers.push(postgres.stop)
    const environment = {
      directory, TOKENIO_URL: tokenio.url, TOKENIO_API_KEY: 'k', MQTT_URL: mosquitto.url, RATE_LIMIT_PER_MINUTE: '1000000', ...postgres && { JOURNAL_URL: await postgres.fresh() },
    }
    const subscriber = await subscribe(teardown, mosquitto.url, { protocolVersion: 5, reconnectPeriod: 100 })
    const sent = new Map<string, Sent>()
    const state = { url: '', ops: '', brokerKills: 0, unanswered: 0, loading: true }

    async function start (): Promise<ReturnType<typeof spawnProcess>> {
      const child = spawnProcess(environment)
      closers.push(() => { child.kill('SIGKILL') })
      child.stderr?.resume()
      createInterface(child.stdout!).on('line', line => {
        const said = JSON.parse(line) as { msg?: string, public?: string, ops?: string }
        if (said.msg === 'listening') { state.url = said.public ?? ''; state.ops = said.ops ?? '' }
      })
      return child
    }

    async function load (): Promise<void> {
      while (state.loading) {
        const id = `rq:${Array.from({ length: 28 }, () => alphabet[Math.floor(random() * alphabet.length)]).join('')}:5zKtXEAq`
        if (random() < 0.2) tokenio.answer(id, pending, processed())
        const one: Sent = { brokerKills: state.brokerKills, acknowledged: false }
        sent.set(id, one)
        const query = new URLSearchParams({ 'request-id': id, request_id: id })
        const status = await fetch(`${state.url}/v1/tokenio/callback?${query.toString()}`, { headers: { accept: 'application/json' }, signal: AbortSignal.timeout(5000) })
          .then(async reply => { await reply.arrayBuffer(); return reply.status }).catch(() => 0)
        if (status === 200) one.acknowledged = true
        else state.unanswered++
        await sleep(status === 200 ? 15 : 40)
      }
    }

    /** What the broker acknowledged and lost with its memory goes out again, as an operator would have it. */
    async function killBroker (): Promise<void> {
      const since = new Date(Date.now() - 10_000).toISOString()
      await mosquitto.kill()
      await sleep(random() * 500)
      await mosquitto.restart()
      while (!subscriber.client.connected) await sleep(20)
      await sleep(200) // it subscribes again by itself
      const until = new Date().toISOString()
      for (let turn = 0; turn < 100; turn++) {
        const reply = await fetch(`${state.ops}/v1/entries/redrive`, {
          method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ delivered: true, since, until }), signal: AbortSignal.timeout(5000),
        }).catch(() => undefined)
        if (reply?.status === 200) { state.brokerKills++; return }
        await sleep(100)
      }
      throw new Error('Nothing could be redriven.')
    }

    let child = await start()
    const end = Date.now() + seconds * 1000
    while (state.url === '') await sleep(10)
    const loads = Array.from({ length: 6 }, load)
    let killed = 0
    while (killed < kills && Date.now() < end) {
      if (killed > 0 && killed % 10 === 0) await killBroker()
      // also in the middle of a start
      const known = state.url
      const inStart = random() < 0.1
      for (let turn = 0; !inStart && killed > 0 && state.url === known && turn < 200 && child.exitCode === null; turn++) await sleep(10)
      await sleep(random() * (inStart ? 600 : 700))
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
      killed++
      child = await start()
      if (killed % 10 === 0) log(`${killed} kills, ${sent.size} callbacks`)
    }
    state.loading = false
    await Promise.all(loads)
    const acknowledged = [...sent].filter(([, one]) => one.acknowledged)
    for (let turn = 0; turn < 300; turn++) {
      const seen = seenOf(subscriber.received)
      if (acknowledged.every(([id]) => (seen.get(id)?.finals.size ?? 0) > 0)) break
      if (turn % 20 === 19) log(`${acknowledged.filter(([id]) => (seen.get(id)?.finals.size ?? 0) === 0).length} still to come`)
      await sleep(200)
    }
    await untilQuiet(() => subscriber.received.length, engine === 'postgres' ? 12_000 : 500)
    const seen = seenOf(subscriber.received)
    const disordered = [...seen].filter(([id, key]) => isDisordered(key, sent.get(id)?.brokerKills === state.brokerKills))
    for (const [id, { types }] of disordered.slice(0, 5)) log(`${id}: ${types.map(type => type.split('.')[2]).join(', ')}`)
    const delivered = acknowledged.filter(([id]) => (seen.get(id)?.finals.size ?? 0) > 0).length
    return {
      kills: killed,
      brokerKills: state.brokerKills,
      acknowledged: acknowledged.length,
      delivered,
      lost: acknowledged.length - delivered,
      unanswered: state.unanswered,
      repeated: subscriber.received.length - [...seen.values()].reduce((sum, { ids }) => sum + ids.size, 0),
      doubled: [...seen.values()].filter(({ finals }) => finals.size > 1).length,
      disordered: disordered.length,
    }
  }
}

/** On PostgreSQL a lease of a killed process holds its event back for ten seconds: until then the last word may still be on its way. */
async function untilQuiet (count: () => number, milliseconds: number): Promise<void> {
  for (let last = -1; last !== count();) {
    last = count()
    await sleep(milliseconds)
  }
}

function seenOf (received: readonly { readonly event: { readonly id: string, readonly type: string, readonly subject: string } }[]): Map<string, Seen> {
  const seen = new Map<string, Seen>()
  for (const { event: { id, type, subject } } of received) {
    const key = seen.get(subject) ?? { types: [], ids: new Set(), finals: new Set() }
    seen.set(subject, key)
    key.types.push(type)
    key.ids.add(id)
    if (isFinal(type)) key.finals.add(id)
  }
  return seen
}

/** A broker that was killed may show its last event alone, and what came before it later: then only the last word counts. */
function isDisordered ({ types, finals }: Seen, strictly: boolean): boolean {
  const first = types.findIndex(isFinal)
  if (finals.size > 0 && !isFinal(types.at(-1) ?? '')) return true
  return strictly && first >= 0 && types.slice(first).some(type => !isFinal(type))
}
