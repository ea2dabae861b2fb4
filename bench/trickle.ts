import { setTimeout as sleep } from 'node:timers/promises'
import type { Caller } from './caller.ts'
import { pathOf, type Ids } from './ids.ts'
import type { Ledger } from './ledger.ts'

export interface TrickleParts {
  readonly caller: Caller
  readonly ids: Ids
  readonly ledger: Ledger
  /** Milliseconds from one callback to the next. */
  readonly every: number
  readonly goesOn: (sent: number) => boolean
}

export interface Trickle {
  /** Milliseconds from each request to its reply, in no order. */
  readonly replies: readonly number[]
  /** Milliseconds from each request to its event at the subscriber. */
  readonly events: readonly number[]
}

/** Single callbacks, one after the other in their time: what each user sees. */
export async function trickle ({ caller, ids, ledger, every, goesOn }: TrickleParts): Promise<Trickle> {
  const since = new Map<number, number>()
  const [replies, events]: [number[], number[]] = [[], []]
  const asked: Promise<void>[] = []

  ledger.onFirst(number => {
    const started = since.get(number)
    if (started !== undefined) events.push(performance.now() - started)
  })
  for (let sent = 0; goesOn(sent); sent++) {
    asked.push(ask(ids.next()))
    await sleep(every)
  }
  await Promise.all(asked)
  return { replies, events }

  async function ask (number: number): Promise<void> {
    const started = performance.now()
    since.set(number, started)
    if (await caller.get(pathOf(ids.idOf(number))).catch(() => 0) !== 200) return
    replies.push(performance.now() - started)
    ledger.acknowledged(number)
  }
}
