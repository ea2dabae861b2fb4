import type { DatabaseSync } from 'node:sqlite'
import type { Seal } from '../../../database/seal.ts'
import type { Transaction } from '../../../database/sqlite/transactions.ts'
import type { Callback } from '../../../domain/callback.ts'
import { Failure } from '../../../domain/failure.ts'
import type { AppendedLine, SheetLine } from './sheet-lines.ts'

/** What commits added before the tables knew of it: one row, sealed as a whole, for all that came together. */
export interface Sheets {
  /** Adds a line to the sheet of this transaction, and gives the sheet's number. */
  write (line: string, transaction: Transaction): number
  /** A callback as it was written, for one that is not in memory any more. */
  callbackOf (entry: { readonly sheet: number, readonly seq: number }): Callback
  /** Every line of every sheet, oldest first. Throws `JOURNAL_UNREADABLE` for a sheet that is damaged or that no key opens. */
  all (): Iterable<{ readonly sheet: number, readonly line: SheetLine }>
  /** Whether there is one before this one, or any at all. */
  isLeft (before?: number): boolean
  /** Removes the sheets before this one; default: all. */
  drop (transaction: Transaction, before?: number): void
}

export function createSheets ({ db, seal }: { readonly db: DatabaseSync, readonly seal: Seal }): Sheets {
  const insert = db.prepare('INSERT INTO sheets (seq, body) VALUES (?, ?)')
  const select = db.prepare('SELECT body FROM sheets WHERE seq = ?')
  const selectNext = db.prepare('SELECT seq, body FROM sheets WHERE seq > ? ORDER BY seq LIMIT 1')
  const remove = db.prepare('DELETE FROM sheets WHERE seq < ?')
  let last = Number(db.prepare('SELECT coalesce(max(seq), 0) AS seq FROM sheets').get()?.seq)
  let first = Number(db.prepare('SELECT min(seq) AS seq FROM sheets').get()?.seq ?? last + 1)
  let lines: string[] = []
  let read: { readonly sheet: number, readonly callbacks: ReadonlyMap<number, Callback> } | undefined

  function commit (): void {
    insert.run(last + 1, seal.close(`[${lines.join(',')}]`, nameOf(last + 1)))
    lines = []
    last++
  }

  function isLeft (before = last + 1): boolean {
    return first < before
  }

  function open (sheet: number, body: Uint8Array): readonly SheetLine[] {
    const text = seal.open(body, nameOf(sheet))
    try {
      return JSON.parse(text) as readonly SheetLine[]
    } catch (cause) {
      throw new Failure('JOURNAL_UNREADABLE', { reason: 'The journal is damaged: a sheet of it cannot be read.', cause })
    }
  }

  function readSheet (sheet: number): ReadonlyMap<number, Callback> {
    const body = select.get(sheet)?.body as Uint8Array | undefined
    if (body === undefined) throw new Failure('JOURNAL_UNREADABLE', { reason: 'The journal is damaged: a sheet of it is missing.' })
    const appended = open(sheet, body).filter((line): line is AppendedLine => 'appended' in line)
    return new Map(appended.map(({ appended: [seq], callback, reply }) => [seq, { ...callback, ...reply === null ? {} : { reply } }]))
  }

  return {
    write (line, transaction) {
      if (lines.length === 0) transaction.onRollback(() => { lines = [] })
      lines.push(line)
      transaction.beforeCommit(commit)
      return last + 1
    },
    callbackOf ({ sheet, seq }) {
      if (read?.sheet !== sheet) read = { sheet, callbacks: readSheet(sheet) } // its neighbours are asked for next
      const callback = read.callbacks.get(seq)
      if (callback === undefined) throw new Failure('JOURNAL_UNREADABLE', { reason: 'The journal is damaged: a sheet of it lacks a line.' })
      return callback
    },
    * all () {
      for (let row = selectNext.get(0); row !== undefined; row = selectNext.get(Number(row.seq))) {
        const sheet = Number(row.seq)
        for (const line of open(sheet, row.body as Uint8Array)) yield { sheet, line }
      }
    },
    isLeft,
    drop (transaction, before = last + 1) {
      if (!isLeft(before)) return
      const kept = first
      transaction.onRollback(() => { first = kept })
      read = undefined
      first = before
      remove.run(before)
    },
  }
}

function nameOf (sheet: number): string {
  return `sheet ${sheet}`
}
