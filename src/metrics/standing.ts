import type { Keeping } from '../journal/keeping.ts'
import type { Health } from '../providers/provider.ts'
import type { Instruments } from './instruments.ts'

export interface StandingParts {
  readonly journal: Pick<Keeping, 'count'>
  readonly delivery: { idleFor (): number, breakers (): { readonly [provider: string]: 'closed' | 'open' | 'half-open' }, limits (): { readonly [provider: string]: number } }
  /** As readiness has them. */
  readonly checks: () => Promise<{ readonly [part: string]: Health }>
  readonly now?: () => number
}

const states = { closed: 0, 'half-open': 0.5, open: 1 } as const

/** Figures that are looked up when somebody asks. A journal that does not answer leaves none of its own behind: nobody should trust an old one. */
export function createStanding ({ journal, delivery, checks, now = Date.now }: StandingParts, { pending, unpublished, oldest, buriedNow, idle, up, breaker, limit }: Instruments) {
  return async function standing (): Promise<void> {
    const [found, figures] = await Promise.all([checks(), journal.count().catch(() => undefined)])
    up.reset()
    for (const [part, { status }] of Object.entries(found)) up.set({ part }, status === 'ok' ? 1 : 0)
    for (const [provider, state] of Object.entries(delivery.breakers())) breaker.set({ provider }, states[state])
    for (const [provider, most] of Object.entries(delivery.limits())) limit.set({ provider }, most)
    idle.set({}, delivery.idleFor() / 1000)
    pending.set({}, figures?.waiting ?? Number.NaN)
    unpublished.set({}, figures?.unpublished ?? Number.NaN)
    buriedNow.set({}, figures?.buried ?? Number.NaN)
    oldest.set({}, figures === undefined ? Number.NaN : figures.oldestWaiting === undefined ? 0 : Math.max(0, now() - figures.oldestWaiting) / 1000)
  }
}
