import type { PostgresDatabase } from '../database/postgres.ts'
import { arrayOf } from '../database/postgres/array-of.ts'
import { createClock, now as clockTable } from '../database/postgres/clock.ts'
import { createGroup } from '../database/postgres/group.ts'
import { keptText, readKept, sealName, type RegistrationRow } from './kept-registration.ts'
import type { Registrations } from './registrations.ts'

export interface PostgresRegistrationsParts {
  readonly database: Pick<PostgresDatabase, 'run' | 'seal'>
  /** Milliseconds since 1970; for tests. Default: the database's clock. */
  readonly now?: () => number
}

type Row = RegistrationRow & { readonly n: number, readonly kept: Uint8Array }
interface Key { readonly provider: string, readonly key: string }

const batch = 500

const find = { name: 'registration_find', text: `
  WITH ${clockTable}
  SELECT g.n, r.owner, r.subscriber, r.expires_at AS "expiresAt", r.kept FROM now, unnest($2::text[], $3::text[]) WITH ORDINALITY AS g (provider, key, n)
    JOIN registrations r ON r.provider = g.provider AND r.key = g.key WHERE r.expires_at > now.at` }
// nothing comes back when another one stands there that has not expired
const make = { name: 'registration_make', text: `
  WITH ${clockTable}
  INSERT INTO registrations AS r (provider, key, owner, subscriber, expires_at, kept) VALUES ($2, $3, $4, $5, $6, $7)
    ON CONFLICT (provider, key) DO UPDATE SET owner = excluded.owner, subscriber = excluded.subscriber, expires_at = excluded.expires_at, kept = excluded.kept
      WHERE r.expires_at <= (SELECT at FROM now) RETURNING 1` }
const remove = { name: 'registration_remove', text: `
  WITH ${clockTable} DELETE FROM registrations r USING now WHERE r.provider = $2 AND r.key = $3 AND r.owner = $4 AND r.expires_at > now.at RETURNING 1` }
const forget = { name: 'registration_forget', text: `
  DELETE FROM registrations r WHERE (r.provider, r.key) IN (
    SELECT provider, key FROM registrations WHERE expires_at < $1 ORDER BY expires_at LIMIT ${batch} FOR UPDATE SKIP LOCKED) RETURNING 1` }

/** Registrations in the journal's own database, the same for all replicas. */
export function openPostgresRegistrations ({ database: { run, seal }, now }: PostgresRegistrationsParts): Registrations {
  const clock = createClock(now)

  // one look for all keys that are asked for together: each callback asks for its own
  const looks = createGroup<Key, Row | undefined>(async keys => {
    const rows = await run<Row>(find, [clock.given(), arrayOf(keys.map(({ provider }) => provider)), arrayOf(keys.map(({ key }) => key))])
    const found = new Map(rows.map(row => [row.n, row]))
    return keys.map((_, i) => found.get(i + 1))
  })

  async function read (provider: string, key: string): Promise<ReturnType<typeof readKept> | undefined> {
    const row = await looks.add({ provider, key })
    return row && readKept(seal.open(row.kept, sealName(provider, key)), { provider, key }, row)
  }

  return {
    async register (registration, request) {
      const { provider, key, owner, subscriber, expiresAt } = registration
      const kept = seal.close(keptText(registration, request), sealName(provider, key))
      const made = await run(make, [clock.given(), provider, key, owner, subscriber, expiresAt, kept])
      if (made.length > 0) return { state: 'made', registration }
      const first = await read(provider, key)
      return first?.request === request && first.registration.owner === owner ? { state: 'unchanged', registration: first.registration } : { state: 'changed' }
    },
    find: async (provider, key) => (await read(provider, key))?.registration,
    remove: async (provider, key, owner) => (await run(remove, [clock.given(), provider, key, owner])).length > 0,
    forget: async before => (await run(forget, [before])).length,
  }
}
