import type { Transaction } from '../../../database/sqlite/transactions.ts'
import type { Callback } from '../../../domain/callback.ts'
import type { SqliteParts } from '../parts.ts'
import type { Fresh } from './fresh.ts'
import { appendedLine } from './sheet-lines.ts'

type AppendFreshParts = Pick<SqliteParts, 'now' | 'numbers' | 'freshKeys' | 'sheets' | 'wakeAppended'>

/** `payload` and `reply` are JSON texts already. */
export interface GivenFresh { readonly callback: Callback, readonly id: string, readonly mark: string, readonly payload: string, readonly reply: string | null }

/** A key that nobody knows goes onto the sheet of this commit: one row for all of them. */
export function createAppendFresh ({ now, numbers, freshKeys, sheets, wakeAppended }: AppendFreshParts) {
  return function appendFresh ({ callback, id, mark, payload, reply }: GivenFresh, transaction: Transaction): void {
    const { provider, key, refused } = callback
    const fresh: Omit<Fresh, 'sheet'> = {
      provider, key: ownText(key), seq: numbers.entry(), id, fingerprint: mark, receivedAt: now(), refusal: refused === undefined ? 0 : 1,
      callback, stage: 'waiting', attempt: 0, told: undefined, held: undefined,
    }
    const kept: Fresh = { ...fresh, sheet: sheets.write(appendedLine(fresh, payload, reply), transaction) }
    freshKeys.add(kept)
    transaction.onRollback(() => { freshKeys.remove(kept).forget() })
    transaction.wake(wakeAppended)
  }
}

/** The same text on its own: one that was cut out of a URL keeps all of the URL in memory. */
function ownText (text: string): string {
  const own = Buffer.from(text, 'latin1').toString('latin1')
  return own === text ? own : text
}
