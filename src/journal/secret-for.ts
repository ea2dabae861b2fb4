import { hkdfSync } from 'node:crypto'
import type { Journal } from './journal.ts'

/** One secret for each purpose out of the journal's own: none of them tells anything of another. HKDF-SHA256, RFC 5869. */
export function createSecretFor (secret: Uint8Array): Journal['secretFor'] {
  return purpose => new Uint8Array(hkdfSync('sha256', secret, '', `callback-receiver/${purpose}`, 32))
}
