import type { Transaction, Transactions } from '../../../database/sqlite/transactions.ts'
import { createFold, type FoldParts } from './fold.ts'
import type { Fresh } from './fresh.ts'

export interface FoldingParts extends FoldParts {
  readonly transactions: Transactions
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly limits?: FreshLimits | undefined
}

export interface FreshLimits {
  /** Fresh keys, while provider or broker are away. */
  readonly keys: number
  /** Those of them whose events wait in memory. */
  readonly told: number
  /** As many are done before they are folded, or so many milliseconds after the first one was. */
  readonly enough: number
  readonly patience: number
  /** Milliseconds that a key may be fresh. */
  readonly age: number
}

/** When fresh keys go into the tables: once they are done, many at a time; and before anything happens to them that only the tables know how to do. */
export interface Folding {
  /** Folds one key, so that the operation finds it in the tables. */
  key (provider: string, key: string, transaction: Transaction): void
  /** The same, of whatever provider. */
  keyOfAll (key: string, transaction: Transaction): void
  /** Looks whether there is something to fold, and does so beside what is committed anyway. */
  tidy (): void
  /** Folds those that are done; also those older than a minute; all that are there now. */
  done (): Promise<void>
  aged (): Promise<void>
  all (): Promise<void>
  /** Folds all that are there now, and leaves none of their sheets. */
  clear (): Promise<void>
  /** Folds as many as a stop leaves time for: what stays on its sheet is found there at the next start. */
  end (): Promise<void>
}

/** Keys of one transaction: callbacks that arrive meanwhile must not wait for more. Beside other work only few, unless many are there. */
const slice = 128
const few = 24
const usual: FreshLimits = { keys: 131_072, told: 8192, enough: 64, patience: 250, age: 60_000 }
/** Milliseconds that a stop waits. */
const stopTime = 1000

export function createFolding ({ transactions, now, limits: { keys, told: mostTold, enough, patience, age } = usual, ...parts }: FoldingParts): Folding {
  const { freshKeys, sheets } = parts
  const { told, done, oldest } = freshKeys
  const fold = createFold(parts)
  let isTidying = false
  let doneSince: number | undefined

  /** Also one that comes from a time that is yet to be: the clock went back, and what came after it must not wait for that. */
  function isAged (): boolean {
    const { receivedAt } = oldest.first() ?? { receivedAt: now() }
    return Math.abs(now() - receivedAt) > age
  }

  function isEnough (): boolean {
    if (done.first() === undefined && !sheets.isLeft(freshKeys.firstSheet())) doneSince = undefined
    else doneSince ??= now()
    return done.size() >= enough || (doneSince !== undefined && Math.abs(now() - doneSince) >= patience)
  }

  /** The next one that should be folded, if any. */
  function next (): Fresh | undefined {
    return done.first() ?? (told.size() > mostTold ? told.first() : undefined) ?? (freshKeys.size() > keys || isAged() ? oldest.first() : undefined)
  }

  /** The next one of those up to a sheet. */
  function upTo (sheet: number): Fresh | undefined {
    const fresh = oldest.first()
    return fresh !== undefined && fresh.sheet <= sheet ? fresh : undefined
  }

  /** How many are folded in one transaction: a quarter of those that should be, so that they never gather faster than they are folded. */
  function portion (): number {
    const all = done.size() + Math.max(0, told.size() - mostTold) + Math.max(0, freshKeys.size() - keys)
    return Math.min(slice, Math.max(few, Math.ceil(all / 4)))
  }

  function foldThose (give: () => Fresh | undefined, transaction: Transaction, most = slice): number {
    let number = 0
    for (let fresh = give(); fresh !== undefined; fresh = give()) {
      fold(fresh, transaction)
      if (++number === most) break
    }
    sheets.drop(transaction, freshKeys.firstSheet())
    return number
  }

  async function foldWhile (give: () => Fresh | undefined): Promise<void> {
    while (give() !== undefined) await transactions.write(transaction => foldThose(give, transaction))
  }

  function tidy (): void {
    if (isTidying || !(isEnough() || told.size() > mostTold || freshKeys.size() > keys || isAged())) return
    isTidying = true
    doneSince = undefined
    transactions.write(transaction => foldThose(next, transaction, portion())).then(number => {
      isTidying = false
      if (number > 0) tidy()
    }, () => { isTidying = false }) // what could not be written stays fresh, and the journal has told of its trouble
  }

  function foldOne (fresh: Fresh, transaction: Transaction): void {
    fold(fresh, transaction)
    sheets.drop(transaction, freshKeys.firstSheet())
  }

  return {
    key (provider, key, transaction) {
      const fresh = freshKeys.of(provider, key)
      if (fresh !== undefined) foldOne(fresh, transaction)
    },
    keyOfAll (key, transaction) {
      for (const fresh of freshKeys.ofAll(key)) foldOne(fresh, transaction)
    },
    tidy,
    done: () => foldWhile(done.first),
    aged: () => foldWhile(() => done.first() ?? (isAged() ? oldest.first() : undefined)),
    async all () {
      const last = sheets.last()
      await foldWhile(() => upTo(last))
    },
    async clear () {
      const last = sheets.last()
      while (upTo(last) !== undefined || sheets.isLeft(last + 1)) await transactions.write(transaction => foldThose(() => upTo(last), transaction))
    },
    async end () {
      const latest = performance.now() + stopTime
      await foldWhile(() => performance.now() < latest ? oldest.first() : undefined).catch(() => {})
    },
  }
}
