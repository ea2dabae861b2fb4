import { Failure } from '../../../domain/failure.ts'

/** Why a presentation is not accepted: stable codes, told in events and, as a sentence, to the wallet. */
export const refusals = {
  presentation_malformed: 'cannot be read as a presentation',
  format_unsupported: 'is of a format, or has a proof, that is not supported here',
  algorithm_unsupported: 'is signed with an algorithm that is not accepted',
  signature_invalid: 'has a signature that does not verify',
  disclosure_invalid: 'has a disclosure that its issuer did not sign',
  holder_binding_missing: 'does not prove who holds it',
  holder_binding_mismatch: 'is not held by whom it was issued to',
  nonce_mismatch: 'does not answer this request: nonce',
  audience_mismatch: 'is made for another verifier',
  sd_hash_mismatch: 'is bound to other disclosures: sd_hash',
  presentation_stale: 'was made too long ago, or in the future',
  credential_not_yet_valid: 'has a credential that is not valid yet',
  credential_expired: 'has a credential that has expired',
  credential_revoked: 'has a credential that was revoked',
  credential_suspended: 'has a credential that is suspended',
  status_unresolvable: 'has a credential whose status cannot be found out',
  issuer_key_unresolvable: 'has an issuer, or a holder, whose key cannot be found',
  issuer_not_accepted: 'has an issuer that is not accepted here',
  query_not_met: 'does not meet the query',
  query_unsupported: 'answers a query that cannot be checked here',
} as const

export type RefusalCode = keyof typeof refusals

/** The failure that ends a verification; its `reason` is the code. */
export function refuse (code: RefusalCode): Failure {
  return new Failure('PRESENTATION_REFUSED', { reason: code, details: [{ issue: refusals[code], field: 'vp_token', location: 'body' }] })
}

/** What went wrong on the way to somebody's word, as the refusal that it means; an outage is none. */
export function refuseUnlessAway (thrown: unknown, code: RefusalCode): Failure {
  return thrown instanceof Failure && thrown.code === 'ISSUER_AWAY' ? thrown : refuse(code)
}

/** The code, when it was a presentation that was refused; undefined for any other fault. */
export function refusalOf (thrown: unknown): RefusalCode | undefined {
  return thrown instanceof Failure && thrown.code === 'PRESENTATION_REFUSED' ? thrown.reason as RefusalCode : undefined
}
