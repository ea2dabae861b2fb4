import type { DatabaseSync } from 'node:sqlite'
import { Failure } from '../../domain/failure.ts'
import { createGroupCommit } from '../group-commit.ts'
import { troubleOf } from './trouble.ts'

/** What an operation of a transaction may ask for. */
export interface Transaction {
  /** Runs an act as soon as the commit is done; it must not throw. Forgotten when the transaction fails. */
  onCommit (act: () => void): void
  /** Calls it once, however often it was asked for, after the acts of `onCommit`. */
  wake (act: () => void): void
}

export type Operation<T> = (transaction: Transaction) => T

export interface Transactions {
  /** Resolves once the operation is durable. It may run twice: alone, when its group failed. */
  write<T> (operation: Operation<T>): Promise<T>
  /** Runs at once, between transactions. */
  read<T> (query: () => T): T
  /** True since the disk refused a write, until `mended`: a smaller write may succeed all the same. */
  isTroubled (): boolean
  mended (): void
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

/** Writes in groups: one transaction, and one fsync, for all that arrives in a turn of the event loop. */
export function createTransactions ({ db, onTrouble, onCommit, soon = setImmediate }: TransactionsParts): Transactions {
  const begin = db.prepare('BEGIN IMMEDIATE')
  const end = db.prepare('COMMIT')
  let isTroubled = false
  const group = createGroupCommit<Operation<unknown>, unknown>({ commit, soon })

  function commit (operations: readonly Operation<unknown>[]): unknown[] {
    const acts: (() => void)[] = []
    const wakes = new Set<() => void>()
    const transaction: Transaction = { onCommit: act => { acts.push(act) }, wake: act => { wakes.add(act) } }
    const started = performance.now()
    const done = attempt(() => {
      begin.run()
      const results = operations.map(operation => operation(transaction))
      end.run()
      return results
    })
    onCommit?.(operations.length, performance.now() - started)
    for (const act of acts) act()
    for (const wake of wakes) queueMicrotask(wake) // not here: what it throws must not look like a failed commit
    return done
  }

  function attempt<T> (act: () => T): T {
    try {
      return act()
    } catch (thrown) {
      if (db.isOpen && db.isTransaction) db.exec('ROLLBACK') // on some errors SQLite has rolled back by itself
      const trouble = troubleOf(thrown)
      if (trouble instanceof Failure) { isTroubled = true; onTrouble?.(trouble) }
      throw trouble
    }
  }

  return {
    write: <T> (operation: Operation<T>) => group.add(operation) as Promise<T>,
    read: attempt,
    isTroubled: () => isTroubled,
    mended () { isTroubled = false },
    close: group.close,
  }
}
