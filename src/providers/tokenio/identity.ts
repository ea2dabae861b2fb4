import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { Settings } from '../provider.ts'

/** Whose certificates are believed of Token.io, and the one that is shown to it, PEM. */
export interface Identity { readonly ca?: string, readonly cert?: string, readonly key?: string }

const files = { ca: 'TOKENIO_CA_FILE', cert: 'TOKENIO_CERT_FILE', key: 'TOKENIO_KEY_FILE' } as const

/** Throws what reading throws: the faults were looked for before. */
export function identityOf (given: Settings): Identity {
  const named = Object.entries(files).flatMap(([part, name]) => typeof given[name] === 'string' ? [[part, readFileSync(given[name], 'utf8')]] : [])
  return Object.fromEntries(named) as Identity
}

export function identityFaults (given: Settings): string[] {
  if ((given.TOKENIO_CERT_FILE === undefined) !== (given.TOKENIO_KEY_FILE === undefined)) return ['TOKENIO_CERT_FILE and TOKENIO_KEY_FILE go together']
  try {
    createSecureContext(identityOf(given))
    return []
  } catch { // the cause may repeat what the file holds
    return ['TOKENIO_CA_FILE, TOKENIO_CERT_FILE and TOKENIO_KEY_FILE must be readable, PEM, and the key that of the certificate']
  }
}
