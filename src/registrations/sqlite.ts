import type { SqliteDatabase } from '../database/sqlite.ts'
import { keptText, readKept, sealName, type RegistrationRow } from './kept-registration.ts'
import type { Registered, Registrations } from './registrations.ts'

export interface SqliteRegistrationsParts {
  readonly database: Pick<SqliteDatabase, 'db' | 'transactions' | 'seal'>
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

const batch = 500

/** Registrations in the journal's own SQLite file. */
export function openSqliteRegistrations ({ database: { db, transactions, seal }, now = Date.now }: SqliteRegistrationsParts): Registrations {
  const select = db.prepare('SELECT owner, subscriber, expires_at AS expiresAt, kept FROM registrations WHERE provider = ? AND key = ? AND expires_at > ?')
  // what expires last: after it nothing can be found, and nothing must be looked for
  let latest = Number(db.prepare('SELECT max(expires_at) AS latest FROM registrations').get()?.latest ?? 0)
  const upsert = db.prepare(`INSERT INTO registrations (provider, key, owner, subscriber, expires_at, kept) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET owner = excluded.owner, subscriber = excluded.subscriber, expires_at = excluded.expires_at, kept = excluded.kept`)
  const remove = db.prepare('DELETE FROM registrations WHERE provider = ? AND key = ? AND owner = ? AND expires_at > ?')
  const forget = db.prepare('DELETE FROM registrations WHERE (provider, key) IN (SELECT provider, key FROM registrations WHERE expires_at < ? ORDER BY expires_at LIMIT ?)')

  function read (provider: string, key: string): ReturnType<typeof readKept> | undefined {
    const time = now()
    if (latest <= time && db.isOpen) return undefined
    const row = select.get(provider, key, time) as unknown as RegistrationRow & { readonly kept: Uint8Array } | undefined
    return row && readKept(seal.open(row.kept, sealName(provider, key)), { provider, key }, row)
  }

  return {
    register (registration, request) {
      const { provider, key, owner, subscriber, expiresAt } = registration
      return transactions.write((): Registered => {
        const first = read(provider, key)
        if (first === undefined) {
          latest = Math.max(latest, expiresAt)
          upsert.run(provider, key, owner, subscriber, expiresAt, seal.close(keptText(registration, request), sealName(provider, key)))
          return { state: 'made', registration }
        }
        const same = first.request === request && first.registration.owner === owner
        return same ? { state: 'unchanged', registration: first.registration } : { state: 'changed' }
      })
    },
    find: async (provider, key) => transactions.read(() => read(provider, key))?.registration,
    remove: (provider, key, owner) => transactions.write(() => remove.run(provider, key, owner, now()).changes > 0),
    forget: before => transactions.write(() => Number(forget.run(before, batch).changes)),
  }
}
