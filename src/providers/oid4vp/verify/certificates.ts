import { X509Certificate } from 'node:crypto'
import type { JsonObject } from '../../../domain/callback.ts'
import { publicKeyOf, type PublicKey } from '../../../did/public-key.ts'
import { extensionsOf, valuesIn } from './extensions.ts'
import { refuse } from './refusal.ts'

export interface Certified {
  readonly key: PublicKey
  /** The leaf's subject, one line; its other names where it has none. */
  readonly subject: string
  /** Names that the leaf proves, as `DNS:issuer.example` and `URI:https://issuer.example`. */
  readonly names: readonly string[]
  readonly authorities: readonly string[]
}

const longest = 6
/** Object ids as DER has them: 2.5.29.15, .30 and .35. */
const ids = { keyUsage: '551d0f', nameConstraints: '551d1e', authorityKeyIdentifier: '551d23' }

/** The leaf's key of an `x5c` chain (RFC 7515 §4.1.6) that ends at an anchor. Throws `issuer_not_accepted`, or `issuer_key_unresolvable`. */
export function certifiedKeyOf (x5c: unknown, anchors: readonly X509Certificate[], now: number): Certified {
  const chain = chainIn(x5c)
  const [leaf] = chain as [X509Certificate]
  if (chain.some(certificate => !isValid(certificate, now) || isBound(certificate)) || !isForSignatures(leaf) || !endsAt(anchors, chain, now)) throw refuse('issuer_not_accepted')
  return {
    key: keyOf(leaf),
    subject: subjectOf(leaf).replaceAll('\n', ', '),
    names: (leaf.subjectAltName ?? '').split(', '),
    authorities: chain.flatMap(authorityOf),
  }
}

function chainIn (x5c: unknown): X509Certificate[] {
  if (!Array.isArray(x5c) || x5c.length === 0 || x5c.length > longest) throw refuse('issuer_key_unresolvable')
  try {
    return x5c.map(der => new X509Certificate(Buffer.from(String(der), 'base64')))
  } catch {
    throw refuse('issuer_key_unresolvable')
  }
}

/** Undefined, whatever the types say, for one that has its names elsewhere only: RFC 5280 §4.1.2.6. */
function subjectOf ({ subject, subjectAltName = '' }: { readonly subject?: string, readonly subjectAltName?: string | undefined }): string {
  return subject ?? subjectAltName
}

function isValid (certificate: X509Certificate, now: number): boolean {
  return certificate.validFromDate.getTime() <= now && now < certificate.validToDate.getTime()
}

/** Each is issued by the next, which is an authority, and one of them is an anchor or issued by one. */
function endsAt (anchors: readonly X509Certificate[], chain: readonly X509Certificate[], now: number): boolean {
  for (const [at, certificate] of chain.entries()) {
    if (anchors.some(anchor => anchor.fingerprint256 === certificate.fingerprint256)) return true
    if (anchors.some(anchor => isValid(anchor, now) && isIssuedBy(certificate, anchor))) return true
    const next = chain[at + 1]
    if (next === undefined || !isIssuedBy(certificate, next)) return false
  }
  return false
}

function isIssuedBy (certificate: X509Certificate, issuer: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
}

function keyOf (leaf: X509Certificate): PublicKey {
  try {
    return publicKeyOf(leaf.publicKey.export({ format: 'jwk' }) as JsonObject)
  } catch {
    throw refuse('issuer_key_unresolvable')
  }
}

/** Its own key is for signatures, where it says what it is for: RFC 5280 §4.2.1.3. */
function isForSignatures (leaf: X509Certificate): boolean {
  const usage = extensionsOf(leaf).get(ids.keyUsage)
  return usage === undefined || ((valuesIn(usage)[0]?.content[1] ?? 0) & 0x80) !== 0 // digitalSignature is the first bit
}

/** An authority for some names only: they are not compared here, so none of its certificates proves a name (RFC 5280 §4.2: what is critical is understood or refused). */
function isBound (certificate: X509Certificate): boolean {
  return extensionsOf(certificate).has(ids.nameConstraints)
}

/** The authority key identifier, RFC 5280 §4.2.1.1. */
function authorityOf (certificate: X509Certificate): string[] {
  const [sequence] = valuesIn(extensionsOf(certificate).get(ids.authorityKeyIdentifier))
  return valuesIn(sequence?.content).filter(({ tag }) => tag === 0x80).map(({ content }) => content.toString('base64url')) // [0] keyIdentifier
}
