import { Failure } from '../domain/failure.ts'
import type { Assertion } from './assertion.ts'
import { algorithms } from '../did/public-key.ts'

const skew = 30 // seconds
const longestLife = 300

export interface Expected {
  /** A client speaks for itself, or acts for someone who delegated to it. */
  readonly delegated: boolean
  /** The token route under any of its paths, and the issuer. */
  readonly audiences: ReadonlySet<string>
  /** The parameter of the request, if any. */
  readonly clientId: string | undefined
  /** Seconds since 1970. */
  readonly now: number
}

/** Says what is wrong, or nothing. */
type Check = (assertion: Assertion, expected: Expected) => string | undefined

/** Shape to rules: all that can be said before a key is looked for. The signature and the id's one use come after. */
const checks: { readonly [name: string]: Check } = {
  algorithm: ({ header: { alg } }) => algorithms.some(allowed => allowed === alg) ? undefined : 'is signed with an algorithm that is not taken here',

  // RFC 7515 §4.1.11: an extension that is not understood; none is. `jwk`, `jku`, `x5c` and `x5u` are read by nobody
  extensions: ({ header: { crit, b64 } }) => crit === undefined && b64 === undefined ? undefined : 'asks for an extension that is not known here',

  // RFC 8725 §3.11: a JWT that was made for something else is no assertion
  type: ({ header: { typ = 'JWT' } }) => /^(?:application\/)?(?:client-authentication\+)?jwt$/i.test(typ) ? undefined : 'is a JWT of another type',

  client: ({ claims: { iss } }, { clientId = iss }) => clientId === iss ? undefined : 'is not from the client_id of the request',

  subject: ({ claims: { iss, sub } }, { delegated }) => delegated || iss === sub ? undefined : 'has an iss that is not its sub',

  audience: ({ claims: { aud } }, { audiences }) => [aud].flat().some(named => audiences.has(named)) ? undefined : 'is for another audience',

  expiry: ({ claims: { exp } }, { now }) => exp + skew > now ? undefined : 'has expired',

  life: ({ claims: { exp, iat = Infinity } }, { now }) => exp <= Math.min(iat, now + skew) + longestLife ? undefined : `lives longer than ${longestLife} s`,

  issuedAt: ({ claims: { iat = 0 } }, { now }) => iat <= now + skew ? undefined : 'was issued in the future',

  notBefore: ({ claims: { nbf = 0 } }, { now }) => nbf <= now + skew ? undefined : 'is not valid yet',
}

/** Throws `CLIENT_INVALID` with the first thing that is wrong. */
export function checkAssertion (assertion: Assertion, expected: Expected): void {
  for (const check of Object.values(checks)) {
    const fault = check(assertion, expected)
    if (fault !== undefined) throw new Failure('CLIENT_INVALID', { reason: `the assertion ${fault}` })
  }
}

/** Milliseconds since 1970: until then the assertion would be taken again, so its id is kept. */
export function usableUntil ({ claims: { exp } }: Assertion): number {
  return Math.ceil((exp + skew) * 1000) // RFC 7519 §2: a time may have a fraction
}
