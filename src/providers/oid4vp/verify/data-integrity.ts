import { createHash, verify } from 'node:crypto'
import type { JsonObject } from '../../../domain/callback.ts'
import { base58Of } from '../../../did/base58.ts'
import type { PublicKey } from '../../../did/public-key.ts'
import { canonical } from './canonical.ts'
import { keyOfDidUrl, type Purpose } from './did-document.ts'
import { isObject } from './jws.ts'
import { refuse } from './refusal.ts'
import { assertTextDates } from './times.ts'
import type { VerifyParts } from './verify-parts.ts'

/** The suites that need no JSON-LD: what is signed is the JSON itself, in canonical form. */
const suites: { readonly [suite: string]: string } = { 'eddsa-jcs-2022': 'EdDSA', 'ecdsa-jcs-2019': 'ES256' }

export interface Proved {
  /** Who signed. */
  readonly did: string
  readonly proof: JsonObject
}

/**
 * Verifies a document's proof: Data Integrity 1.0 §4.2, `eddsa-jcs-2022` §3.3, `ecdsa-jcs-2019` §3.3 (P-256). Throws `format_unsupported` for any
 * other proof, `EcdsaSecp256k1Signature2019` among them: it would need JSON-LD contexts that strangers choose.
 */
export async function verifyDocument (document: JsonObject, purpose: Purpose, parts: VerifyParts): Promise<Proved> {
  const { proof, ...unsecured } = document
  if (Array.isArray(proof) || !isObject(proof)) throw refuse(proof === undefined ? 'holder_binding_missing' : 'format_unsupported')
  const algorithm = proof.type === 'DataIntegrityProof' && Object.hasOwn(suites, String(proof.cryptosuite)) ? suites[String(proof.cryptosuite)] : undefined
  if (algorithm === undefined) throw refuse('format_unsupported')
  const { proofValue, ...options } = proof
  if (proof.proofPurpose !== purpose || typeof proof.verificationMethod !== 'string') throw refuse('presentation_malformed')
  if (options['@context'] !== undefined && !beginsWith(unsecured['@context'], options['@context'])) throw refuse('presentation_malformed')
  const key = await keyOfDidUrl(proof.verificationMethod, purpose, parts)
  const signed = options['@context'] === undefined ? unsecured : { ...unsecured, '@context': options['@context'] }
  assertProved({ key, algorithm, hashes: Buffer.concat([hashOf(options), hashOf(signed)]), proofValue })
  assertTextDates({ created: proof.created, expires: proof.expires }, parts.now())
  return { did: proof.verificationMethod.split('#', 1)[0] ?? '', proof }
}

function hashOf (value: JsonObject): Buffer {
  return createHash('sha256').update(canonical(value)).digest() // RFC 8785
}

interface Proving { readonly key: PublicKey, readonly algorithm: string, readonly hashes: Buffer, readonly proofValue: unknown }

function assertProved ({ key: { key, algorithms }, algorithm, hashes, proofValue }: Proving): void {
  if (!(algorithms as readonly string[]).includes(algorithm)) throw refuse('algorithm_unsupported')
  const [, encoded] = /^z([1-9A-HJ-NP-Za-km-z]{1,128})$/.exec(String(proofValue)) ?? []
  if (encoded === undefined) throw refuse('presentation_malformed')
  if (!verify(algorithm === 'EdDSA' ? null : 'sha256', hashes, { key, dsaEncoding: 'ieee-p1363' }, base58Of(encoded))) throw refuse('signature_invalid')
}

/** The proof's contexts are the first of the document's, in the same order. */
function beginsWith (all: unknown, first: unknown): boolean {
  const own = [all].flat()
  return [first].flat().every((one, at) => canonical(one) === canonical(own[at]))
}
