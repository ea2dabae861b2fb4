import { unpublishedOf, type Fresh, type FreshHeld } from './fresh.ts'
import { createLine, type Line } from './line.ts'
import { createSheetsInUse } from './sheets-in-use.ts'

/** How many callbacks are kept in memory beside the sheets. */
export const mostCallbacks = 4096

/** All fresh keys of this process, and the lines in which they stand. */
export interface FreshKeys {
  of (provider: string, key: string): Fresh | undefined
  add (fresh: Fresh): void
  /** Takes it from its place; `restore` puts it back as it was. */
  remove (fresh: Fresh): { readonly restore: () => void }
  /** Moves it on to the end of its next line; `change` is what happens to it meanwhile. */
  move (fresh: Fresh, stage: Fresh['stage'], change?: () => void): void
  /** It is claimed until then. */
  hold (fresh: Fresh, stage: 'asked' | 'sent', until: number): void
  /** The first of those whose claim is over its time. */
  overdue (now: number): Fresh | undefined
  waiting (provider: string): Line<Fresh>
  readonly told: Line<Fresh>
  readonly done: Line<Fresh>
  /** In the order of their arrival. */
  readonly oldest: Line<Fresh>
  size (): number
  /** The oldest sheet that one of them needs. */
  firstSheet (): number | undefined
  /** The number of the entry that came last; undefined when there is none. */
  newest (): number | undefined
  count (): { readonly waiting: number, readonly unpublished: number, readonly oldestWaiting: number | undefined }
}

export function createFreshKeys (): FreshKeys {
  const byProvider = new Map<string, Map<string, Fresh>>()
  const waiting = new Map<string, Line<Fresh>>()
  const told = createLine<Fresh>(({ stage }) => stage === 'told')
  const done = createLine<Fresh>(({ stage }) => stage === 'done')
  const oldest = createLine<Fresh>(({ stage }) => stage !== 'folded')
  const warm = createLine<Fresh>(({ stage, callback }) => stage === 'waiting' && callback !== undefined)
  const held = createLine<FreshHeld>(item => item.fresh.held === item)
  const inUse = createSheetsInUse()
  let newest = 0
  const number = { all: 0, done: 0, unpublished: 0 }

  function keysOf (provider: string): Map<string, Fresh> {
    const keys = byProvider.get(provider) ?? new Map<string, Fresh>()
    byProvider.set(provider, keys)
    return keys
  }

  function waitingOf (provider: string): Line<Fresh> {
    const line = waiting.get(provider) ?? createLine<Fresh>(({ stage }) => stage === 'waiting')
    waiting.set(provider, line)
    return line
  }

  function line (fresh: Fresh): void {
    if (fresh.stage === 'waiting') waitingOf(fresh.provider).add(fresh)
    else if (fresh.stage === 'told') told.add(fresh)
    else if (fresh.stage === 'done') done.add(fresh)
  }

  function counted (fresh: Fresh, by: 1 | -1): void {
    number.all += by
    if (fresh.stage === 'done') number.done += by
    number.unpublished += by * unpublishedOf(fresh)
  }

  function enter (fresh: Fresh): void {
    keysOf(fresh.provider).set(fresh.key, fresh)
    inUse.add(fresh.sheet)
    counted(fresh, 1)
    line(fresh)
  }

  function cool (): void {
    while (warm.size() > mostCallbacks) {
      const fresh = warm.take()
      if (fresh === undefined) return
      fresh.callback = undefined // it is on its sheet
    }
  }

  return {
    of: (provider, key) => byProvider.get(provider)?.get(key),
    add (fresh) {
      enter(fresh)
      newest = fresh.seq
      oldest.add(fresh)
      warm.add(fresh)
      cool()
    },
    remove (fresh) {
      const { stage } = fresh
      counted(fresh, -1)
      fresh.stage = 'folded'
      fresh.held = undefined
      keysOf(fresh.provider).delete(fresh.key)
      inUse.remove(fresh.sheet)
      return {
        restore () {
          fresh.stage = stage
          enter(fresh)
          oldest.add(fresh)
        },
      }
    },
    move (fresh, stage, change) {
      counted(fresh, -1)
      change?.()
      fresh.stage = stage
      fresh.held = undefined
      counted(fresh, 1)
      line(fresh)
    },
    hold (fresh, stage, until) {
      fresh.stage = stage
      fresh.held = { fresh, until }
      held.add(fresh.held)
    },
    overdue (now) {
      const first = held.first()
      return first !== undefined && first.until <= now ? held.take()?.fresh : undefined
    },
    waiting: waitingOf,
    told,
    done,
    oldest,
    size: () => number.all,
    firstSheet: inUse.first,
    newest: () => number.all === 0 ? undefined : newest,
    count () {
      const waits = number.all - number.done
      const first = waits === 0 ? undefined : oldest.find(({ stage }) => stage !== 'done')
      return { waiting: waits, unpublished: number.unpublished, oldestWaiting: first?.receivedAt }
    },
  }
}
