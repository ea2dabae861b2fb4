import { randomBytes } from 'node:crypto'
import type { PostgresDatabase } from '../../database/postgres.ts'

const name = 'fingerprint_secret'
const make = { name: 'secret_make', text: 'INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING' }
const read = { name: 'secret_read', text: 'SELECT value FROM meta WHERE name = $1' }
const renew = { name: 'secret_renew', text: 'UPDATE meta SET value = $2 WHERE name = $1' }

/**
 * The key of the fingerprints: made once, by whichever replica comes first, so that repeats are recognised whatever becomes of the
 * sealing keys. Sealed anew at each start under the first of them. Throws `JOURNAL_UNREADABLE` when none of them opens it.
 */
export async function loadSecret ({ run, seal }: Pick<PostgresDatabase, 'run' | 'seal'>): Promise<Uint8Array> {
  let [kept] = await run<{ value: Uint8Array }>(read, [name])
  if (kept === undefined) {
    await run(make, [name, seal.close(randomBytes(32).toString('base64'), name)])
    kept = (await run<{ value: Uint8Array }>(read, [name]))[0]!
  }
  const secret = seal.open(kept.value, name)
  if (!seal.isCurrent(kept.value)) await run(renew, [name, seal.close(secret, name)])
  return Buffer.from(secret, 'base64')
}
