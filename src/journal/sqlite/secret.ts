import { randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { Seal } from '../../database/seal.ts'

const name = 'fingerprint_secret'

/**
 * The key of the fingerprints: made once, so that repeats are recognised whatever becomes of the sealing keys. Sealed anew at
 * each start under the first of them. Throws `JOURNAL_UNREADABLE` when none of them opens it.
 */
export function loadSecret ({ db, seal }: { readonly db: DatabaseSync, readonly seal: Seal }): Uint8Array {
  const kept = db.prepare('SELECT value FROM meta WHERE name = ?').get(name)?.value as Uint8Array | undefined
  const secret = kept === undefined ? randomBytes(32).toString('base64') : seal.open(kept, name)
  if (kept === undefined || !seal.isCurrent(kept)) {
    db.prepare('INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value').run(name, seal.close(secret, name))
  }
  return Buffer.from(secret, 'base64')
}
