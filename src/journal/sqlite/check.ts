import { statSync } from 'node:fs'
import { Failure } from '../../domain/failure.ts'
import type { Journal } from '../journal.ts'
import type { SqliteParts } from './parts.ts'

/** Room for a group of callbacks: where one was refused, a few bytes prove nothing. */
const large = new Uint8Array(262_144)

type CheckParts = Pick<SqliteParts, 'db' | 'transactions' | 'now'> & { readonly file: string }

/** A tiny write, as an append would make it; and a look whether the file that is written is still the one in the folder. */
export function createCheck ({ db, transactions, now, file }: CheckParts): Journal['check'] {
  const write = db.prepare(`INSERT INTO meta (name, value) VALUES ('checked_at', ?) ON CONFLICT DO UPDATE SET value = excluded.value`)
  const inodeOf = (): number | undefined => file === ':memory:' ? undefined : statSync(file, { throwIfNoEntry: false })?.ino
  const opened = inodeOf()

  return async function check () {
    // a removed file can still be written, and is gone with the process
    if (inodeOf() !== opened) throw new Failure('JOURNAL_UNAVAILABLE', { reason: 'The journal file was removed or replaced.' })
    const isTroubled = transactions.isTroubled()
    if (isTroubled) await transactions.write(() => { write.run(large) })
    await transactions.write(() => { write.run(Buffer.from(String(now()))) })
    if (isTroubled) transactions.mended()
  }
}
