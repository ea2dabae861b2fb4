import { Failure } from '../../domain/failure.ts'
import type { TokenioSettings } from './settings.ts'
import { bearerOf, type Signed } from './sign.ts'
import { keyFault, readKey } from './signing-key.ts'

/** The `Authorization` header of one call; undefined: none is sent. */
export type Authorize = (signed: Signed) => string | undefined

type Given = Pick<TokenioSettings, 'TOKENIO_API_KEY' | 'TOKENIO_JWT_KEY_FILE' | 'TOKENIO_MEMBER_ID' | 'TOKENIO_KEY_ID'>

/** Signed by the member's key where there is one, as production demands; else the API key. Throws `SETTINGS_INVALID` when the key cannot be read. */
export function createAuthorize (given: Given, now: () => number): Authorize {
  const { TOKENIO_API_KEY: apiKey, TOKENIO_JWT_KEY_FILE: file, TOKENIO_MEMBER_ID: memberId, TOKENIO_KEY_ID: keyId } = given
  if (file === undefined || memberId === undefined || keyId === undefined) return () => apiKey && `Basic ${apiKey}` // the dashboard's key is base64 already
  const key = readKey(file)
  if (key === undefined) throw new Failure('SETTINGS_INVALID', { reason: keyFault(file) ?? 'TOKENIO_JWT_KEY_FILE cannot be read' })
  return signed => bearerOf({ key, memberId, keyId }, signed, now())
}
