import type { JsonObject } from '../../../domain/callback.ts'
import { refuse } from './refusal.ts'

/** Milliseconds by which clocks may differ. */
const skew = 60_000
/** Milliseconds after which a holder's proof is no answer to the request any more. */
const oldest = 300_000

/** `iat`, `nbf`, `exp` of a JWT, in seconds. */
export function assertJwtDates ({ iat, nbf, exp }: JsonObject, now: number): void {
  assertPeriod({ from: [iat, nbf].map(seconds), until: [seconds(exp)] }, now)
}

/** W3C Verifiable Credentials 1.1 and 2.0, and Data Integrity proofs: RFC 3339. */
export function assertTextDates ({ issuanceDate, validFrom, created, expirationDate, validUntil, expires }: JsonObject, now: number): void {
  assertPeriod({ from: [issuanceDate, validFrom, created].map(instant), until: [expirationDate, validUntil, expires].map(instant) }, now)
}

/** A proof that a holder made for this very request. `at`: milliseconds since 1970. */
export function assertFresh (at: number | undefined, now: number): void {
  if (at === undefined || !(Math.abs(now - at) <= (at > now ? skew : oldest))) throw refuse('presentation_stale')
}

export function seconds (value: unknown): number | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'number' || !Number.isFinite(value)) throw refuse('presentation_malformed')
  return value * 1000
}

export function instant (value: unknown): number | undefined {
  if (value === undefined) return undefined
  const at = typeof value === 'string' ? Date.parse(value) : NaN
  if (Number.isNaN(at)) throw refuse('presentation_malformed')
  return at
}

function assertPeriod ({ from, until }: { readonly from: readonly (number | undefined)[], readonly until: readonly (number | undefined)[] }, now: number): void {
  if (from.some(at => at !== undefined && at > now + skew)) throw refuse('credential_not_yet_valid')
  if (until.some(at => at !== undefined && at <= now - skew)) throw refuse('credential_expired')
}
