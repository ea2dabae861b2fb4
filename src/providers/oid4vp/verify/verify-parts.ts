import type { JsonObject } from '../../../domain/callback.ts'
import type { Fetched } from '../../../outgoing/guarded.ts'
import type { Trust } from './trust.ts'

/** What every check is given. */
export interface VerifyParts {
  readonly trust: Trust
  readonly fetchGuarded: (url: string, signal?: AbortSignal) => Promise<Fetched>
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** What the presentation must be bound to. */
export interface Binding {
  readonly nonce: string
  /** The verifier, with its prefix: `aud` or `domain`. */
  readonly audience: string
  /** False where the query waives it: then a credential may come without its holder's proof. */
  readonly required: boolean
}

export type CredentialFormat = 'dc+sd-jwt' | 'jwt_vc_json' | 'ldp_vc'

/** A credential whose issuer, dates, status and holder were verified. */
export interface Credential {
  readonly format: CredentialFormat
  /** Disclosed claims of an SD-JWT VC, else the credential as an object. */
  readonly claims: JsonObject
  /** `vct`, or the types. */
  readonly types: readonly string[]
  readonly issuer: string
  /** Authority key identifiers of the issuer's certificates, base64url. */
  readonly authorities: readonly string[]
  readonly holderBound: boolean
}
