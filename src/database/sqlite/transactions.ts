import type { DatabaseSync } from 'node:sqlite'
import { Failure } from '../../domain/failure.ts'
import { createGroupCommit } from '../group-commit.ts'
import { troubleOf } from './trouble.ts'

/** What an operation of a transaction may ask for. */
export interface Transaction {
  /** Runs an act as soon as the commit is done; it must not throw. Forgotten when the transaction fails. */
  onCommit (act: () => void): void
  /** Takes back what the operation changed in memory, should the transaction fail; the last one asked for first. It must not throw. */
  onRollback (act: () => void): void
  /** Runs an act once, however often it was asked for, after the last operation and before the commit. */
  beforeCommit (act: () => void): void
  /** Calls it once, however often it was asked for, after the acts of `onCommit`. */
  wake (act: () => void): void
}

export type Operation<T> = (transaction: Transaction) => T

export interface Transactions {
  /** Resolves once the operation is durable. It may run twice: alone, when its group failed. `isAwaited`: somebody outside waits for it, and where few do, it is committed at once. */
  write<T> (operation: Operation<T>, isAwaited?: boolean): Promise<T>
  /** Runs at once, between transactions. */
  read<T> (query: () => T): T
  /** True since the disk refused a write, until `mended`: a smaller write may succeed all the same. */
  isTroubled (): boolean
  mended (): void
  /** Runs an act before the last group is committed; it must not throw. */
  onClose (act: () => Promise<void>): void
  close (): Promise<void>
}

export interface TransactionsParts {
  readonly db: DatabaseSync
  /** Told of each commit that the disk refused. */
  readonly onTrouble?: ((failure: Failure) => void) | undefined
  /** Told of each commit: how many writes shared it, and the milliseconds that it took. */
  readonly onCommit?: ((writes: number, milliseconds: number) => void) | undefined
  /** When a group that is gathering is committed; default: at the end of this turn of the event loop. */
  readonly soon?: (act: () => void) => void
}

/** Writes in groups: one transaction, and one fsync, for all that arrives in a turn of the event loop (`group-commit.ts`). */
export function createTransactions ({ db, onTrouble, onCommit, soon = setImmediate }: TransactionsParts): Transactions {
  const begin = db.prepare('BEGIN IMMEDIATE')
  const end = db.prepare('COMMIT')
  const closers: (() => Promise<void>)[] = []
  let isTroubled = false
  const group = createGroupCommit<Operation<unknown>, unknown>({ commit, soon })

  function commit (operations: readonly Operation<unknown>[]): unknown[] {
    const acts: (() => void)[] = []
    const undos: (() => void)[] = []
    const lasts = new Set<() => void>()
    const wakes = new Set<() => void>()
    const transaction: Transaction = {
      onCommit: act => { acts.push(act) }, onRollback: act => { undos.push(act) }, beforeCommit: act => { lasts.add(act) }, wake: act => { wakes.add(act) },
    }
    const started = performance.now()
    const done = attempt(() => {
      begin.run()
      const results = operations.map(operation => operation(transaction))
      for (const last of lasts) last()
      end.run()
      return results
    }, undos)
    onCommit?.(operations.length, performance.now() - started)
    for (const act of acts) act()
    for (const wake of wakes) queueMicrotask(wake) // not here: what it throws must not look like a failed commit
    return done
  }

  function attempt<T> (act: () => T, undos: readonly (() => void)[] = []): T {
    try {
      return act()
    } catch (thrown) {
      for (const undo of undos.toReversed()) undo()
      if (db.isOpen && db.isTransaction) db.exec('ROLLBACK') // on some errors SQLite has rolled back by itself
      const trouble = troubleOf(thrown)
      if (trouble instanceof Failure) { isTroubled = true; onTrouble?.(trouble) }
      throw trouble
    }
  }

  return {
    write: <T> (operation: Operation<T>, isAwaited?: boolean) => group.add(operation, isAwaited) as Promise<T>,
    read: query => attempt(query),
    isTroubled: () => isTroubled,
    mended () { isTroubled = false },
    onClose (act) { closers.push(act) },
    async close () {
      for (const act of closers.splice(0)) await act()
      await group.close()
    },
  }
}
