import { isContention } from './trouble.ts'
import { Failure } from '../../domain/failure.ts'

/** Callbacks may be large, and a group is one statement. */
const most = 128
/** Groups under way. While one is with the server, the next is made ready: if there is enough for one that is worth its commit. */
const atOnce = 2
/** A statement costs as much as ten of its rows, on both sides. */
const worth = 24
/** Milliseconds in which a group gathers as many as the last one had. */
const patience = 2

export interface Group<W, D> {
  /** Resolves once the work is durable. */
  add (work: W): Promise<D>
  /** Takes nothing more, and ends when all that was taken is committed. */
  close (): Promise<void>
}

interface Waiting<W, D> { readonly work: W, readonly since: number, resolve (done: D): void, reject (thrown: unknown): void }

/**
 * Group commit on a server: all that arrives together, or while commits are under way, shares the next; where many came, it waits a moment for
 * as many. A server that is away fails all that waited for it, what only one of them meets fails that one.
 */
export function createGroup<W, D> (commit: (group: readonly W[]) => Promise<readonly D[]>, now: () => number = () => performance.now()): Group<W, D> {
  const waiting: Waiting<W, D>[] = []
  const underWay = new Set<Promise<void>>()
  let failed: { readonly at: number, readonly thrown: unknown } | undefined
  let isGathering = false
  let [began, seen, last] = [0, 0, 1]
  let closed = false

  function look (): void {
    if (isGathering || !mayBegin()) return
    isGathering = true
    ;[began, seen] = [now(), 0]
    setImmediate(turn)
  }

  /** At the end of a turn of the event loop: those that come one by one, but quickly, would each cost a commit. */
  function turn (): void {
    while (mayBegin() && isGathered()) begin(waiting.splice(0, most))
    isGathering = mayBegin()
    if (!isGathering) return
    const isQuiet = waiting.length === seen
    seen = waiting.length
    if (isQuiet) setTimeout(turn, 1)
    else setImmediate(turn)
  }

  function mayBegin (): boolean {
    return underWay.size === 0 ? waiting.length > 0 : underWay.size < atOnce && waiting.length >= worth
  }

  /** As many as came last time, and no more come; or enough; or it took long enough. */
  function isGathered (): boolean {
    return (waiting.length === seen && seen >= last) || waiting.length >= worth || now() - began >= patience
  }

  function begin (group: readonly Waiting<W, D>[]): void {
    last = group.length
    const running = commitGroup(group).finally(() => { underWay.delete(running); look() })
    underWay.add(running)
  }

  async function commitGroup (group: readonly Waiting<W, D>[]): Promise<void> {
    // who came before the last group failed has waited long enough: each try may take a time-out
    const last = failed
    if (last !== undefined && group.every(({ since }) => since < last.at)) { reject(group, last.thrown); return }
    try {
      const done = await commit(group.map(({ work }) => work))
      for (const [i, { resolve }] of group.entries()) resolve(done[i] as D)
    } catch (thrown) {
      const isAway = thrown instanceof Failure && !isContention(thrown)
      if (isAway) failed = { at: now(), thrown }
      if (isAway || group.length === 1) reject(group, thrown)
      else for (const one of group) await commitGroup([one]) // what cannot be done must not fail its neighbours
    }
  }

  return {
    add (work) {
      if (closed) return Promise.reject(new Failure('JOURNAL_UNAVAILABLE', { reason: 'The journal is closed.' }))
      return new Promise((resolve, reject) => {
        waiting.push({ work, since: now(), resolve, reject })
        look()
      })
    },
    async close () {
      closed = true
      while (waiting.length > 0 || underWay.size > 0) await (underWay.size > 0 ? Promise.race(underWay) : new Promise(resolve => { setImmediate(resolve) }))
    },
  }
}

function reject (group: readonly { reject (thrown: unknown): void }[], thrown: unknown): void {
  for (const one of group) one.reject(thrown)
}
