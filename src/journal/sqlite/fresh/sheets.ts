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
  /** A callback as it was written, for one that is not in memory any more. Throws `JOURNAL_UNREADABLE`. */
  callbackOf (entry: { readonly sheet: number, readonly seq: number }): Callback
  /** Every line of every sheet, oldest first. Throws `JOURNAL_UNREADABLE` for a sheet that is damaged or that no key opens. */
  all (): Iterable<{ readonly sheet: number, readonly line: SheetLine }>
  /** The newest one's number. */
  last (): number
  /** Whether there is one before this one, or any at all. */
  isLeft (before?: number): boolean
  /** Removes sheets before this one, default: of all, the oldest first, and no more than a transaction has time for. */
  drop (transaction: Transaction, before?: number): void
}

/** Characters after which a sheet is full: whoever wants one callback of it must read all of them. */
const full = 1_000_000
/** Bytes of the sheets that one transaction removes: each of their pages is overwritten, and callbacks that arrive meanwhile wait. */
const mostDropped = 2_000_000

export function createSheets ({ db, seal }: { readonly db: DatabaseSync, readonly seal: Seal }): Sheets {
  const insert = db.prepare('INSERT INTO sheets (seq, body) VALUES (?, ?)')
  const select = db.prepare('SELECT body FROM sheets WHERE seq = ?')
  const selectNext = db.prepare('SELECT seq, body FROM sheets WHERE seq > ? ORDER BY seq LIMIT 1')
  const selectSizes = db.prepare('SELECT seq, length(body) AS size FROM sheets WHERE seq < ? ORDER BY seq')
  const remove = db.prepare('DELETE FROM sheets WHERE seq < ?')
  let last = Number(db.prepare('SELECT coalesce(max(seq), 0) AS seq FROM sheets').get()?.seq)
  let first = Number(db.prepare('SELECT min(seq) AS seq FROM sheets').get()?.seq ?? last + 1)
  let lines: string[] = []
  let length = 0
  let read: { readonly sheet: number, readonly callbacks: ReadonlyMap<number, Callback> } | undefined

  function clear (): void {
    lines = []
    length = 0
  }

  function end (): void {
    if (lines.length === 0) return
    insert.run(last + 1, seal.close(`[${lines.join(',')}]`, nameOf(last + 1)))
    clear()
    last++
  }

  function isLeft (before = last + 1): boolean {
    return first < before
  }

  function firstToStay (before: number): number {
    let dropped = 0
    for (const { seq, size } of selectSizes.iterate(before)) {
      dropped += Number(size)
      if (dropped > mostDropped && Number(seq) > first) return Number(seq)
    }
    return before
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
      const sheet = last + 1
      if (lines.length === 0) transaction.onRollback(clear)
      lines.push(line)
      length += line.length
      if (length > full) end()
      else transaction.beforeCommit(end)
      return sheet
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
    last: () => last,
    isLeft,
    drop (transaction, before = last + 1) {
      if (!isLeft(before)) return
      const kept = first
      transaction.onRollback(() => { first = kept })
      read = undefined
      first = firstToStay(before)
      remove.run(first)
    },
  }
}

function nameOf (sheet: number): string {
  return `sheet ${sheet}`
}
