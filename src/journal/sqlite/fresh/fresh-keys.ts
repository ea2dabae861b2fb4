import { unpublishedOf, type Fresh, type FreshHeld } from './fresh.ts'
import { createLine, type Line } from './line.ts'
import { createSheetsInUse } from './sheets-in-use.ts'

/** How many callbacks are kept in memory beside the sheets. */
export const mostCallbacks = 4096

/** All fresh keys of this process, and the lines in which they stand. */
export interface FreshKeys {
  of (provider: string, key: string): Fresh | undefined
  /** The same key, of whatever provider. */
  ofAll (key: string): readonly Fresh[]
  add (fresh: Fresh): void
  /** Takes it from its place. */
  remove (fresh: Fresh): Removed
  /** Moves it on to the end of its next line; `change` is what happens to it meanwhile. What it gives takes all of that back. */
  move (fresh: Fresh, stage: Fresh['stage'], change?: () => void): (undo: () => void) => void
  /** It is claimed until then. */
  hold (fresh: Fresh, stage: 'asked' | 'sent', until: number): void
  /** Those whose claim is over its time may be claimed again. */
  expire (now: number): void
  waiting (provider: string): Line<Fresh>
  readonly told: Line<Fresh>
  readonly done: Line<Fresh>
  /** In the order of their arrival. */
  readonly oldest: Line<Fresh>
  size (): number
  /** The oldest sheet that one of them needs. */
  firstSheet (): number | undefined
  count (): { readonly waiting: number, readonly unpublished: number, readonly oldestWaiting: number | undefined }
}

export interface Removed {
  /** Puts it back as it was. */
  restore (): void
  /** Nothing of what it held stays in memory: lines may name it for a while. */
  forget (): void
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
  let latest = 0
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
    if (fresh.stage === 'told') told.add(fresh)
    else if (fresh.stage === 'done') done.add(fresh)
    else if (fresh.stage === 'waiting') {
      waitingOf(fresh.provider).add(fresh)
      if (fresh.callback === undefined) return
      warm.add(fresh)
      cool()
    }
  }

  function cool (): void {
    while (warm.size() > mostCallbacks) {
      const fresh = warm.take()
      if (fresh === undefined) return
      fresh.callback = undefined // it is on its sheet
    }
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

  function keep (item: FreshHeld): void {
    item.fresh.held = item
    if (item.until < latest) held.putBack(item, ({ until }) => until > item.until) // the clock went back, or a claim was given back
    else held.add(item)
    latest = Math.max(latest, item.until)
  }

  function moveTo (fresh: Fresh, stage: Fresh['stage'], change?: () => void): void {
    counted(fresh, -1)
    change?.()
    fresh.stage = stage
    fresh.held = undefined
    counted(fresh, 1)
    line(fresh)
  }

  return {
    of: (provider, key) => byProvider.get(provider)?.get(key),
    ofAll: key => [...byProvider.values()].flatMap(keys => keys.get(key) ?? []),
    add (fresh) {
      enter(fresh)
      oldest.add(fresh)
    },
    remove (fresh) {
      const { stage, held: item } = fresh
      counted(fresh, -1)
      fresh.stage = 'folded'
      fresh.held = undefined
      keysOf(fresh.provider).delete(fresh.key)
      inUse.remove(fresh.sheet)
      return {
        restore () {
          fresh.stage = stage
          enter(fresh)
          oldest.putBack(fresh, ({ seq }) => seq > fresh.seq)
          if (item !== undefined) keep(item)
        },
        forget () {
          fresh.callback = undefined
          fresh.told = undefined
        },
      }
    },
    move (fresh, stage, change) {
      const { stage: before, held: item } = fresh
      moveTo(fresh, stage, change)
      return undo => {
        moveTo(fresh, before, undo)
        if (item !== undefined) keep(item)
      }
    },
    hold (fresh, stage, until) {
      fresh.stage = stage
      keep({ fresh, until })
    },
    expire (now) {
      for (let first = held.first(); first !== undefined && first.until <= now; first = held.first()) {
        moveTo(first.fresh, first.fresh.stage === 'asked' ? 'waiting' : 'told')
      }
    },
    waiting: waitingOf,
    told,
    done,
    oldest,
    size: () => number.all,
    firstSheet: inUse.first,
    count () {
      const waits = number.all - number.done
      const first = waits === 0 ? undefined : oldest.find(({ stage }) => stage !== 'done')
      return { waiting: waits, unpublished: number.unpublished, oldestWaiting: first?.receivedAt }
    },
  }
}
