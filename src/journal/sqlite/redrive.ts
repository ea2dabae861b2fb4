import type { Keeping } from '../keeping.ts'
import type { SqliteParts } from './parts.ts'
import { createWithdraw } from './withdraw.ts'

type RedriveParts = Pick<SqliteParts, 'db' | 'transactions' | 'watches' | 'eventLeases' | 'now' | 'wakeAppended' | 'wakeRecorded'>
interface Row { readonly seq: number, readonly provider: string, readonly key: string, readonly refusal: number }

/** Rows of one transaction: callbacks that arrive meanwhile must not wait for all of them. */
const page = 500

/** Buried entries, tried again from where they stopped. */
export function createRedrive ({ db, transactions, watches, eventLeases, now, wakeAppended, wakeRecorded }: RedriveParts): Keeping['redrive'] {
  const selectOne = db.prepare(`SELECT seq, provider, key, refusal FROM entries WHERE id = ? AND status = 'buried'`)
  const selectPage = db.prepare(`
    SELECT seq, provider, key, refusal FROM entries WHERE status = 'buried' AND seq > :after AND (:provider IS NULL OR provider = :provider)
      AND (:key IS NULL OR key = :key) AND received_at BETWEEN :since AND :until ORDER BY seq LIMIT ${page}`)
  const selectGivenUp = db.prepare(`
    SELECT min(seq) AS seq FROM events WHERE seq IN (SELECT seq FROM events_of_key WHERE key = ? AND provider = ?) AND entry = ? AND due_at IS NULL AND published_at IS NULL AND payload IS NOT NULL`)
  // the key's later ones go out after them: the last event of a topic must be the last to go out, since it stays retained
  const publish = db.prepare(`
    UPDATE events SET due_at = ?1, published_at = NULL, failures = 0, streak = 0 WHERE seq IN (SELECT seq FROM events_of_key WHERE key = ?2 AND provider = ?4) AND seq >= ?3 AND payload IS NOT NULL
      AND (published_at IS NOT NULL OR due_at IS NULL AND entry = ?5)`)
  const open = db.prepare('UPDATE entries SET status = ?, ended_at = NULL, failures = 0, streak = 0, reason = NULL WHERE seq = ?')
  const withdraw = createWithdraw({ db, eventLeases })

  function redrive ({ seq, provider, key, refusal }: Row): void {
    const from = selectGivenUp.get(key, provider, seq)?.seq
    const { final = 0, head = null, watching = null } = watches.of(provider, key) ?? {}
    const isToBeAsked = typeof from !== 'number'
    if (!isToBeAsked) {
      withdraw(provider, key, from)
      publish.run(now(), key, from, provider, seq)
    }
    const isToWatch = !isToBeAsked && final === 0 && head === null && watching === null // its watch ended when it was buried
    open.run(isToBeAsked ? 'waiting' : isToWatch ? 'watching' : 'resolved', seq)
    if (isToBeAsked || isToWatch) watches.append({ provider, key, seq, due: now(), waits: isToBeAsked, refusal })
  }

  return async function redriveBuried (buried) {
    if ('id' in buried) return act(() => [selectOne.get(buried.id)].filter(row => row !== undefined) as unknown as Row[]).then(rows => rows.length)
    const { provider = null, key = null, since = 0, until = Number.MAX_SAFE_INTEGER } = buried
    let number = 0
    let after: number | undefined = 0
    while (after !== undefined) {
      const from: number = after
      const rows: Row[] = await act(() => selectPage.all({ after: from, provider, key, since, until }) as unknown as Row[])
      number += rows.length
      after = rows.length < page ? undefined : rows.at(-1)?.seq
    }
    return number
  }

  function act (select: () => Row[]): Promise<Row[]> {
    return transactions.write(transaction => {
      const rows = select()
      for (const row of rows) redrive(row)
      if (rows.length > 0) for (const wake of [wakeAppended, wakeRecorded]) transaction.wake(wake)
      return rows
    })
  }
}
