import type { JsonObject } from '../../../domain/callback.ts'
import { assertDcqlMet, partsOfDcql } from './dcql.ts'
import { createLookUps } from './look-ups.ts'
import { assertPexMet } from './pex.ts'
import { presentationsIn, verifyPresentation } from './presentations.ts'
import { refuse } from './refusal.ts'
import type { Credential, CredentialFormat, VerifyParts } from './verify-parts.ts'

/** The request that is answered, as it was registered. */
export interface Request {
  readonly nonce: string
  readonly clientId: string
  readonly dcqlQuery?: JsonObject
  readonly presentationDefinition?: JsonObject
}

export interface Response {
  readonly vpToken: string
  readonly presentationSubmission?: string | undefined
}

/** What is told of a verified credential: nothing of its claims. */
export interface Verified {
  readonly id?: string
  readonly format: CredentialFormat
  readonly types: readonly string[]
  readonly issuer: string
}

/**
 * Verifies a response to its request: parsing, each presentation (signatures, dates, status, holder, nonce, audience), then the query.
 * Throws `PRESENTATION_REFUSED` with a code of `refusal.ts`: one bad presentation refuses the whole, OpenID4VP 1.0 §8.6.
 */
export function createVerify ({ fetchGuarded, ...others }: VerifyParts) {
  return async function verify ({ vpToken, presentationSubmission }: Response, request: Request): Promise<Verified[]> {
    const parts = { ...others, fetchGuarded: createLookUps(fetchGuarded) }
    const { nonce, clientId: audience, dcqlQuery, presentationDefinition } = request
    const asked = dcqlQuery === undefined ? [] : await partsOfDcql(dcqlQuery)
    let most = 32 // credentials, each of which costs
    const presented: { readonly id?: string, readonly credentials: readonly Credential[] }[] = []
    for (const { token, queryId: id } of presentationsIn(vpToken, asked.map(part => part.id))) {
      const required = asked.find(part => part.id === id)?.isBound ?? true
      const credentials = await verifyPresentation(token, { nonce, audience, required }, parts)
      presented.push({ credentials, ...id !== undefined && { id } })
      most -= credentials.length
      if (most < 0) throw refuse('presentation_malformed')
    }
    if (dcqlQuery !== undefined) await assertDcqlMet(dcqlQuery, byId(presented))
    if (presentationDefinition !== undefined) assertPexMet(presentationDefinition, presentationSubmission, presented.map(({ credentials }) => credentials))
    return presented.flatMap(({ id, credentials }) => credentials.map(({ format, types, issuer }) => ({ ...id !== undefined && { id }, format, types, issuer })))
  }
}

function byId (presented: readonly { readonly id?: string, readonly credentials: readonly Credential[] }[]): Map<string, Credential[]> {
  const found = new Map<string, Credential[]>()
  for (const { id = '', credentials } of presented) {
    if (credentials.length !== 1) throw refuse('query_not_met') // one presentation answers with one credential
    found.set(id, [...found.get(id) ?? [], ...credentials])
  }
  return found
}
