import { DatabaseSync } from 'node:sqlite'
import type { Migration } from '../../src/database/migrations.ts'
import { createSeal } from '../../src/database/seal.ts'
import { migrate } from '../../src/database/sqlite/migrate.ts'
import { createTransactions, type Transactions } from '../../src/database/sqlite/transactions.ts'
import { startDelivery } from '../../src/delivery/delivery.ts'
import type { Callback } from '../../src/domain/callback.ts'
import { Failure, type FailureCode } from '../../src/domain/failure.ts'
import type { Journal } from '../../src/journal/journal.ts'
import { openSqliteJournal } from '../../src/journal/sqlite.ts'
import type { OpenProvider } from '../../src/providers/provider.ts'
import type { Publisher } from '../../src/publisher/publisher.ts'

/** What may break in a simulation, and does not in the product. For the simulation's own test. */
export type Fault = 'none' | 'marks before it publishes' | 'forgets what it acknowledged' | 'publishes without order'

interface Timer { readonly at: number, readonly order: number, readonly act: () => void, readonly life: Life | undefined }
/** One process, from its start to its crash. */
interface Life { alive: boolean, readonly asking: Set<string>, readonly publishing: Set<string> }

const start = 1_800_000_000_000
const trouble = 10_000 // from then on nothing fails any more
const horizon = 3_600_000
const never = new Promise<never>(() => undefined)
const quiet = { info () {}, warn () {}, error () {} }

/** One run of sweeps, leases, backoff and journal under a virtual clock, with faults that the seed chooses. Gives what went wrong, in words. */
export async function simulate (seed: number, migrations: readonly Migration[], broken: Fault = 'none'): Promise<string[]> {
  const random = randomOf(seed)
  const chance = (probability: number) => isTroubled() && random() < probability
  const between = (from: number, to: number) => from + random() * (to - from)
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T
  const faults: string[] = []

  const clock = { now: start }
  const now = () => clock.now
  const isTroubled = () => clock.now < start + trouble
  let timers: Timer[] = []
  let order = 0
  const after = (milliseconds: number, act: () => void, life?: Life): Timer => {
    const timer = { at: clock.now + Math.max(0, Math.ceil(milliseconds)), order: order++, act, life }
    timers.push(timer)
    return timer
  }

  const db = new DatabaseSync(':memory:')
  migrate(db, migrations)
  const seal = createSeal([])
  // few keys, so that limits must be small to be met
  const limits = { keys: pick([1, 2, 100]), told: pick([0, 1, 100]), enough: pick([1, 2, 100]), patience: pick([0, 250, 5000]), age: pick([100, 3000, 60_000]) }
  const broker = { isUp: true, arrived: [] as { key: string, id: string }[], ready: (): void => undefined }
  const asked = new Map<string, number>()
  const decidedAfter = new Map<string, number>()
  let living: { readonly life: Life, readonly journal: Journal } | undefined
  boot()

  const callbacks = Array.from({ length: 1 + Math.floor(random() * 5) }, (_, n) => ({ key: `k${Math.floor(random() * 3)}`, n, ids: new Set<string>() }))
  for (const callback of callbacks) {
    after(between(0, 6000), () => { void send(callback) })
    if (random() < 0.3) after(between(0, 8000), () => { void send(callback) }) // the same again
  }
  for (let at = between(0, 7000); random() < 0.4; at += between(0, 5000)) {
    after(at, () => { broker.isUp = false })
    after(at + between(50, 6000), () => { broker.isUp = true; broker.ready() })
  }
  after(trouble, () => { broker.isUp = true; broker.ready() })

  const realNow = Date.now
  Date.now = now // the breaker's own clock
  try {
    await run()
  } finally {
    Date.now = realNow
  }
  judge()
  db.close()
  return faults

  async function run (): Promise<void> {
    while (clock.now < start + horizon) {
      await new Promise(resolve => { setImmediate(resolve) }) // all that can be done without waiting is done
      if (!isTroubled() && callbacks.every(({ ids }) => ids.size > 0) && isDone()) break
      clock.now = timers.reduce((first, { at }) => Math.min(first, at), Infinity)
      const due = timers.filter(({ at }) => at <= clock.now)
      timers = timers.filter(({ at }) => at > clock.now)
      for (const { act, life } of due) if (life?.alive !== false) act()
    }
    crash(false)
  }

  function isDone (): boolean {
    return db.prepare('SELECT 1 FROM entries WHERE ended_at IS NULL UNION ALL SELECT 1 FROM events WHERE due_at IS NOT NULL UNION ALL SELECT 1 FROM sheets LIMIT 1').get() === undefined
  }

  function boot (): void {
    const life: Life = { alive: true, asking: new Set(), publishing: new Set() }
    const own = createTransactions({ db, soon: queueMicrotask })
    const transactions: Transactions = {
      read: own.read,
      write: operation => within(life, async () => {
        if (chance(0.03)) throw new Failure('JOURNAL_UNAVAILABLE')
        return own.write(transaction => {
          if (!life.alive) throw new Error('the process is gone')
          const done = operation(transaction)
          if (chance(0.03)) throw new Failure('JOURNAL_UNAVAILABLE') // the disk is full at the commit
          return done
        })
      }),
      isTroubled: own.isTroubled,
      mended: own.mended,
      onClose: own.onClose,
      close: own.close,
    }
    const journal = openSqliteJournal({ database: { db, file: ':memory:', seal, transactions }, now, limits })
    living = { life, journal }
    startDelivery({
      providers: [providerOf(life)],
      journal: broken === 'marks before it publishes' ? { ...journal, claimEvents: async limit => { const claims = await journal.claimEvents(limit); for (const claim of claims) await journal.markPublished(claim); return claims } } : journal,
      registrations: { forget: async () => 0 },
      publisher: publisherOf(life, journal),
      source: 'urn:simulation', topicPrefix: 't', expirySeconds: 900, maxAttempts: 4, retentionHours: 100, subscriberOf: async () => 'default', log: quiet,
      now, random, validators: { faultOf: () => undefined }, newId: () => `e${order++}`,
      timers: {
        set: (act, milliseconds) => after(milliseconds, act, life),
        clear: timer => { timers = timers.filter(each => each !== timer) },
      },
    })
  }

  function crash (thenBoot = true): void {
    if (living === undefined) return
    const { life } = living
    life.alive = false
    living = undefined
    timers = timers.filter(timer => timer.life !== life)
    if (broken === 'forgets what it acknowledged') db.exec(`DELETE FROM watches; UPDATE entries SET status = 'delivered', ended_at = 0 WHERE status = 'waiting'`)
    if (thenBoot) after(between(50, 3000), boot)
  }

  /** Every await of the process passes here: it may be its last. */
  async function within<T> (life: Life, act: () => Promise<T>): Promise<T> {
    if (!life.alive) return never
    if (chance(0.008)) { crash(); return never }
    const [done] = await Promise.allSettled([act()])
    if (chance(0.008) && life.alive) crash()
    if (!life.alive) return never
    if (done.status === 'rejected') throw done.reason
    return done.value
  }

  function sleep (life: Life, milliseconds: number): Promise<void> {
    return new Promise(resolve => { after(milliseconds, resolve, life) })
  }

  /** A client that sends its callback until it is answered. */
  async function send (callback: { readonly key: string, readonly n: number, readonly ids: Set<string> }): Promise<void> {
    const given: Callback = { provider: 'toy', channel: 'back', key: callback.key, parameters: { n: callback.n }, traceparent: '' }
    const again = () => { after(300, () => { void send(callback) }) }
    if (living === undefined) return again()
    const { life, journal } = living
    const answered = within(life, () => journal.append(given)).then(({ id }) => { callback.ids.add(id) }, again)
    await Promise.race([answered, new Promise<void>(resolve => { after(1000, resolve) })])
    if (!life.alive && callback.ids.size === 0) again()
  }

  function providerOf (life: Life): OpenProvider {
    const trouble: readonly FailureCode[] = ['PROVIDER_AWAY', 'PROVIDER_AWAY', 'PROVIDER_LIMITED', 'RESULT_REFUSED', 'RESULT_INVALID', 'KEY_UNKNOWN']
    return {
      name: 'toy', channels: [], unregistered: 'accept', events: {},
      registration: { faultsOf: () => [], toRegistration: () => never, callbackPath: () => '' },
      fetchResult: ({ key }) => within(life, async () => {
        if (life.asking.has(key)) faults.push(`${key} is asked for by two at once`)
        life.asking.add(key)
        await sleep(life, chance(0.1) ? between(1000, 8000) : between(1, 200))
        life.asking.delete(key)
        if (chance(0.15)) throw new Failure(pick(trouble), chance(0.3) ? { retryAfter: between(0, 20_000) } : {})
        const number = (asked.get(key) ?? 0) + 1
        asked.set(key, number)
        if (!decidedAfter.has(key)) decidedAfter.set(key, Math.floor(random() * 4))
        return { status: number > decidedAfter.get(key)! ? 'DONE' : 'PENDING', data: {} }
      }),
      toEvents: ({ result: { status } }) => status === 'DONE'
        ? { events: [{ status: 'completed', final: true, gist: 'done', data: {} }] }
        : { events: [{ status: 'pending', final: false, gist: 'pending', data: {} }], askAgainIn: between(500, 4000) },
      health: () => ({ status: 'ok' }),
      close: async () => undefined,
    }
  }

  function publisherOf (life: Life, journal: Journal): Publisher {
    let counted = 0
    return {
      capacity: () => broker.isUp ? Math.max(0, 8 - life.publishing.size) : 0,
      publish: event => within(life, async () => {
        const { subject: key } = JSON.parse(event.payload) as { subject: string }
        if (life.publishing.has(key)) faults.push(`${key} has two events on their way at once`)
        life.publishing.add(key)
        try {
          await sleep(life, chance(0.1) ? between(1000, 7000) : between(1, 50))
          if (!broker.isUp) throw new Failure('BROKER_AWAY')
          if (chance(0.03)) throw new Failure('PUBLISH_REFUSED')
          if (chance(0.01)) throw new Failure('PUBLISH_REFUSED_FOR_GOOD')
          if (broken !== 'publishes without order' || counted++ % 2 === 1) broker.arrived.push({ key, id: event.id })
          else after(60_000, () => { broker.arrived.push({ key, id: event.id }) })
          await sleep(life, between(1, 900))
          if (!broker.isUp) throw new Failure('BROKER_AWAY') // it arrived, and nobody heard of it
          return { brokerExpires: true, reasonCode: 0 }
        } finally {
          life.publishing.delete(key)
        }
      }),
      clear: async () => undefined,
      onReady: wake => { broker.ready = () => { if (living?.journal === journal) wake() } },
      health: () => ({ status: 'ok' }),
      close: async () => undefined,
    }
  }

  function judge (): void {
    const entries = db.prepare('SELECT id, key, status FROM entries').all() as unknown as { id: string, key: string, status: string }[]
    const events = db.prepare('SELECT id, key, type, published_at AS published FROM events ORDER BY seq').all() as unknown as { id: string, key: string, type: string, published: number | null }[]
    for (const { key, n, ids } of callbacks) {
      if (ids.size !== 1) faults.push(`callback ${n} of ${key} has ${ids.size} ids`)
      for (const id of ids) if (!entries.some(entry => entry.id === id)) faults.push(`callback ${n} of ${key} is lost`)
    }
    for (const { id, key, status } of entries) if (status !== 'delivered' && status !== 'buried') faults.push(`entry ${id} of ${key} ends as ${status}`)
    for (const key of new Set(entries.map(entry => entry.key))) {
      const recorded = events.filter(event => event.key === key)
      const arrived = broker.arrived.filter(event => event.key === key).map(({ id }) => recorded.findIndex(event => event.id === id))
      if (arrived.includes(-1)) faults.push(`${key}: an event that was never recorded was published`)
      if (arrived.some((place, i) => place < (arrived[i - 1] ?? 0))) faults.push(`${key}: events arrived in the order ${arrived.join(', ')}`)
      if (recorded.filter(({ type }) => type.includes('completed')).length > 1) faults.push(`${key} has two final events`)
      const isBuried = entries.some(entry => entry.key === key && entry.status === 'buried')
      const missing = recorded.filter((event, place) => !arrived.includes(place) && (event.published !== null || !isBuried))
      if (missing.length > 0) faults.push(`${key}: ${missing.length} recorded events never arrived`)
      if (!isBuried && !recorded.some(({ type }) => type.includes('completed'))) faults.push(`${key} has no final event`)
    }
  }
}

/** mulberry32: the same numbers from 0 to 1 for the same seed. */
function randomOf (seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = state + 0x6d2b79f5 >>> 0
    let mixed = Math.imul(state ^ state >>> 15, state | 1)
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61)
    return ((mixed ^ mixed >>> 14) >>> 0) / 4_294_967_296
  }
}
