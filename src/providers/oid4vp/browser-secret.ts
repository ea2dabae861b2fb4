import { createHash } from 'node:crypto'
import { isSame } from './same.ts'

/** Its prefix keeps out who speaks without TLS (RFC 6265bis §4.1.3.1). */
const cookie = '__Secure-browser-secret'

/** Whether a secret is the one whose hash was registered; true where none was. In constant time. OpenID4VP 1.0 §13.3, §14.2. */
export function isOfBrowser (secret: string | undefined, hash: string | undefined): boolean {
  if (hash === undefined) return true
  return secret !== undefined && secret !== '' && isSame(createHash('sha256').update(secret).digest('base64url'), hash)
}

/** The secret in a `Cookie` header; undefined where there is none, or a second one, which somebody else of the same domain may have put there. */
export function secretIn (header = ''): string | undefined {
  const [secret, ...more] = header.split(';').map(pair => pair.split('=')).filter(([name = '']) => name.trim() === cookie).map(([, ...value]) => value.join('=').trim())
  return secret === undefined || secret === '' || more.length > 0 ? undefined : secret.replace(/^"(.*)"$/, '$1')
}
