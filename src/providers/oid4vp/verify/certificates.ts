import { X509Certificate } from 'node:crypto'
import type { JsonObject } from '../../../domain/callback.ts'
import { publicKeyOf, type PublicKey } from '../../../did/public-key.ts'
import { refuse } from './refusal.ts'

export interface Certified {
  readonly key: PublicKey
  /** The leaf's subject, one line. */
  readonly subject: string
  /** Names that the leaf proves, as `DNS:issuer.example` and `URI:https://issuer.example`. */
  readonly names: readonly string[]
  readonly authorities: readonly string[]
}

const longest = 6

/** The leaf's key of an `x5c` chain (RFC 7515 §4.1.6) that ends at an anchor. Throws `issuer_not_accepted`, or `issuer_key_unresolvable`. */
export function certifiedKeyOf (x5c: unknown, anchors: readonly X509Certificate[], now: number): Certified {
  const chain = chainIn(x5c)
  const [leaf] = chain as [X509Certificate]
  if (chain.some(certificate => !isValid(certificate, now)) || !endsAt(anchors, chain, now)) throw refuse('issuer_not_accepted')
  return {
    key: keyOf(leaf),
    subject: leaf.subject.replaceAll('\n', ', '),
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

/** The authority key identifier (RFC 5280 §4.2.1.1), found by its object id 2.5.29.35 in the certificate's bytes. */
function authorityOf ({ raw }: X509Certificate): string[] {
  const at = raw.indexOf(Buffer.from('0603551d23', 'hex'))
  const head = at < 0 ? -1 : raw.indexOf(0x80, at + 5) // [0] keyIdentifier
  const length = raw[head + 1]
  return head < 0 || length === undefined || head - at > 12 ? [] : [raw.subarray(head + 2, head + 2 + length).toString('base64url')]
}
