import type { JsonObject } from '../../domain/callback.ts'
import type { Registration } from '../../domain/registration.ts'

/** What a registration keeps, sealed, of the request that its callback answers. */
export type Details = {
  readonly correlationId?: string
  readonly transactionId: string
  readonly configurationId?: string
  readonly connectionClientId?: string
  readonly nonce?: string
  /** With its prefix: `aud` or `domain` of the presentation. */
  readonly clientId?: string
  readonly dcqlQuery?: JsonObject
  readonly presentationDefinition?: JsonObject
  readonly verify: boolean
  /** SHA-256, base64url, of what only the browser of the user's session holds. */
  readonly browserSecretHash?: string
  readonly responseCode: string
  /** Opens the response if it is encrypted. */
  readonly privateJwk: JsonObject
}

export function detailsOf ({ details }: Pick<Registration, 'details'>): Details {
  return details as unknown as Details
}
