import type { PublicKey } from '../../../did/public-key.ts'
import { publicKeyOf } from '../../../did/public-key.ts'
import { parseBounded } from '../json-text.ts'
import { certifiedKeyOf } from './certificates.ts'
import { keyOfDidUrl } from './did-document.ts'
import { isObject, type Jws } from './jws.ts'
import { refuse, refuseUnlessAway } from './refusal.ts'
import type { VerifyParts } from './verify-parts.ts'

export interface Issuer {
  readonly id: string
  readonly key: PublicKey
  readonly authorities: readonly string[]
}

/** Whose JWT it is, accepted and with its key: by `x5c`, by DID, or by JWT VC issuer metadata. */
export async function issuerOf ({ header, payload }: Pick<Jws, 'header' | 'payload'>, parts: VerifyParts): Promise<Issuer> {
  const { iss } = payload
  if (iss !== undefined && typeof iss !== 'string') throw refuse('presentation_malformed')
  if (header.x5c !== undefined) return byCertificate(header.x5c, iss, parts)
  if (iss === undefined) throw refuse('issuer_key_unresolvable')
  assertAccepted(iss, parts)
  const key = iss.startsWith('did:') ? await byDid(iss, header.kid, parts) : await byMetadata(iss, header.kid, parts)
  return { id: iss, key, authorities: [] }
}

/** Throws `issuer_not_accepted`. */
export function assertAccepted (id: string, { trust }: Pick<VerifyParts, 'trust'>): void {
  if (trust.issuers !== undefined && !trust.issuers.has(id)) throw refuse('issuer_not_accepted')
}

/** The anchor is who is trusted; `iss` is believed only where the certificate proves it. */
function byCertificate (x5c: unknown, iss: string | undefined, { trust, now }: VerifyParts): Issuer {
  const { key, subject, names, authorities } = certifiedKeyOf(x5c, trust.anchors, now())
  return { id: iss !== undefined && proves(names, iss) ? iss : subject, key, authorities }
}

function proves (names: readonly string[], iss: string): boolean {
  const { protocol, username, password, hostname = '' } = URL.parse(iss) ?? {}
  return names.includes(`URI:${iss}`) || (protocol === 'https:' && username === '' && password === '' && names.includes(`DNS:${hostname}`))
}

async function byDid (iss: string, kid: unknown, parts: VerifyParts): Promise<PublicKey> {
  if (kid === undefined) return keyOfDidUrl(iss, 'assertionMethod', parts)
  const url = String(kid).startsWith('did:') ? String(kid) : `${iss}#${String(kid).replace(/^#/, '')}`
  if (url.split('#', 1)[0] !== iss) throw refuse('issuer_key_unresolvable')
  return keyOfDidUrl(url, 'assertionMethod', parts)
}

// SD-JWT VC §5: /.well-known/jwt-vc-issuer between host and path
async function byMetadata (iss: string, kid: unknown, { fetchGuarded }: VerifyParts): Promise<PublicKey> {
  try {
    const { origin, pathname } = new URL(iss)
    const metadata = await fetchObject(`${origin}/.well-known/jwt-vc-issuer${pathname === '/' ? '' : pathname}`, fetchGuarded)
    if (metadata.issuer !== iss) throw refuse('issuer_key_unresolvable')
    const { keys } = isObject(metadata.jwks) ? metadata.jwks : await fetchObject(String(metadata.jwks_uri), fetchGuarded)
    const fitting = (Array.isArray(keys) ? keys : []).filter(isObject).filter(jwk => kid === undefined || jwk.kid === kid)
    const [jwk] = fitting
    if (jwk === undefined || fitting.length > 1) throw refuse('issuer_key_unresolvable')
    return publicKeyOf(jwk)
  } catch (thrown) {
    throw refuseUnlessAway(thrown, 'issuer_key_unresolvable')
  }
}

async function fetchObject (url: string, fetchGuarded: VerifyParts['fetchGuarded']) {
  const { status, body } = await fetchGuarded(url)
  const value = status === 200 ? parseBounded(body) : undefined
  if (!isObject(value)) throw refuse('issuer_key_unresolvable')
  return value
}
