import type { DatabaseSync } from 'node:sqlite'
import { Failure } from '../../../domain/failure.ts'
import type { Fingerprint } from '../../fingerprint.ts'
import type { Numbers } from '../numbers.ts'
import type { Fresh } from './fresh.ts'
import { mostCallbacks, type FreshKeys } from './fresh-keys.ts'
import type { AppendedLine, PublishedLine, SheetLine, ToldLine } from './sheet-lines.ts'
import type { Sheets } from './sheets.ts'

export interface RestoreParts {
  readonly db: DatabaseSync
  readonly sheets: Sheets
  readonly freshKeys: FreshKeys
  readonly numbers: Numbers
  readonly fingerprintOf: Fingerprint
}

/** Makes the fresh keys again that the last process left on its sheets. Throws `JOURNAL_UNREADABLE` when one cannot be read. */
export function restoreFresh ({ db, sheets, freshKeys, numbers, fingerprintOf }: RestoreParts): void {
  const selectEntry = db.prepare('SELECT 1 FROM entries WHERE seq = ?')
  const found = new Map<number, Fresh>()

  function appended ({ appended: [seq, id, fingerprint, receivedAt, refusal], callback, reply }: AppendedLine, sheet: number): void {
    numbers.pass({ entry: seq })
    if (selectEntry.get(seq) !== undefined) return // folded, while a neighbour was not
    if (Buffer.from(fingerprintOf(callback)).toString('base64') !== fingerprint) throw new Failure('JOURNAL_UNREADABLE', { reason: 'The journal is damaged: a sheet of it was altered.' })
    found.set(seq, {
      provider: callback.provider, key: callback.key, seq, id, fingerprint: Buffer.from(fingerprint, 'base64').toString('latin1'), receivedAt, refusal, sheet,
      callback: found.size < mostCallbacks ? { ...callback, ...reply === null ? {} : { reply } } : undefined, stage: 'waiting', attempt: 0, told: undefined, held: undefined,
    })
  }

  function told ({ told: [seq, attempt, at, gist, final], events }: ToldLine): void {
    for (const [event] of events) numbers.pass({ event })
    const fresh = found.get(seq)
    if (fresh === undefined) return
    fresh.attempt = attempt
    fresh.told = {
      at, gist: gist ?? undefined, final,
      events: events.map(([own, id, type, topic, payload]) => ({ seq: own, event: { id, type, topic, payload }, attempt: 0, publishedAt: undefined, clearAt: undefined })),
    }
    fresh.stage = events.length === 0 ? 'done' : 'told'
  }

  function published ({ published: [seq, own, attempt, at, clearAt] }: PublishedLine): void {
    const fresh = found.get(seq)
    const event = fresh?.told?.events.find(each => each.seq === own)
    if (fresh === undefined || event === undefined) return
    Object.assign(event, { attempt, publishedAt: at, clearAt: clearAt ?? undefined })
    if (fresh.told?.events.every(({ publishedAt }) => publishedAt !== undefined)) fresh.stage = 'done'
  }

  function read (line: SheetLine, sheet: number): void {
    if ('appended' in line) appended(line, sheet)
    else if ('told' in line) told(line)
    else published(line)
  }

  for (const { sheet, line } of sheets.all()) read(line, sheet)
  for (const fresh of found.values()) freshKeys.add(fresh)
}
