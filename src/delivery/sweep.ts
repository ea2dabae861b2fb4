import { asFailure } from '../domain/failure.ts'
import type { DeliveryLog } from './log.ts'

export interface SweepParts<C> {
  readonly name: string
  /** How many pieces of work may begin now, beside those that are under way; none while there is no sense in trying. */
  readonly room: (underWay: number) => number
  readonly claim: (limit: number) => Promise<C[]>
  /** Keeps what is held while work goes on. Default: nothing is held for long. */
  readonly renew?: ((claims: readonly C[]) => Promise<void>) | undefined
  /** Deals with every failure of its own; what it throws is a journal that cannot be written, and the claim ends by its lease. */
  readonly work: (claim: C, signal: AbortSignal) => Promise<void>
  readonly log: DeliveryLog
  /** Milliseconds between looks at what a crash, a retry or another replica left. */
  readonly every?: number
  readonly now?: () => number
  readonly timers?: Timers
}

/** Milliseconds after which a claim that is still worked on is renewed: a third of its lease, so that one that failed has another chance. */
const renewAfter = 3000

export interface Timers {
  set (act: () => void, milliseconds: number): unknown
  clear (timer: unknown): void
}

export interface Sweep {
  /** Looks for work at once. */
  wake (): void
  /** Milliseconds since the last look ended; grows only when the sweep stands still. */
  idleFor (): number
  /** Starts nothing more, aborts what can be aborted, and waits for what is under way. */
  stop (): Promise<void>
}

/** Says when: claims what is due and starts the work, as much at once as there is room for. */
export function startSweep<C> ({ name, room, claim, renew, work, log, every = 500, now = Date.now, timers = realTimers }: SweepParts<C>): Sweep {
  const stopping = new AbortController()
  const underWay = new Map<Promise<void>, { readonly claim: C, since: number }>()
  let looking = Promise.resolve()
  let isLooking = false
  let again = false
  let lastLook = now()
  let timer: unknown = timers.set(tick, 0)

  function tick (): void {
    wake()
    renewLong()
    if (!stopping.signal.aborted) timer = timers.set(tick, every)
  }

  function renewLong (): void {
    const long = [...underWay.values()].filter(({ since }) => now() - since >= renewAfter)
    if (renew === undefined || long.length === 0) return
    for (const held of long) held.since = now()
    renew(long.map(({ claim }) => claim)).catch((thrown: unknown) => {
      const { code, reason } = asFailure(thrown)
      log.error({ sweep: name, code, reason }, 'leases not renewed')
    })
  }

  function wake (): void {
    again = true
    if (!isLooking) looking = look()
  }

  async function look (): Promise<void> {
    isLooking = true
    for (;;) {
      await new Promise(resolve => { setImmediate(resolve) }) // all that ends in this turn of the event loop makes room for one claim
      if (!again || stopping.signal.aborted) break
      again = false
      try {
        const most = room(underWay.size)
        const claims = most > 0 ? await claim(most) : []
        for (const each of claims) begin(each)
      } catch (thrown) {
        const { code, reason } = asFailure(thrown)
        log.error({ sweep: name, code, reason }, 'nothing could be claimed')
      }
      lastLook = now()
    }
    isLooking = false // in the same turn as the last look at `again`, so that no wake is lost
  }

  function begin (each: C): void {
    const running = work(each, stopping.signal)
      .catch((thrown: unknown) => {
        const { code, reason } = asFailure(thrown)
        log.error({ sweep: name, code, reason }, 'work left to its lease')
      })
      .finally(() => { underWay.delete(running); wake() })
    underWay.set(running, { claim: each, since: now() })
  }

  return {
    wake,
    idleFor: () => now() - lastLook,
    async stop () {
      stopping.abort()
      timers.clear(timer)
      await looking
      await Promise.all(underWay.keys())
    },
  }
}

const realTimers: Timers = { set: (act, milliseconds) => setTimeout(act, milliseconds), clear: timer => { clearTimeout(timer as NodeJS.Timeout) } }
