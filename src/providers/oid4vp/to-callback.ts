import type { Callback, Json, JsonObject } from '../../domain/callback.ts'
import { Failure } from '../../domain/failure.ts'
import type { Registration } from '../../domain/registration.ts'
import { detailsOf } from './details.ts'
import { hasPresentation, isWalletError, textIn } from './given.ts'
import { newResponseCode } from './response-code.ts'
import type { Verified } from './verify/verify.ts'

/** What a response says, whatever media type it came in. */
export type ResponseParameters = {
  readonly vpToken?: string
  readonly presentationSubmission?: string
  readonly onboarded?: boolean
  readonly error?: string
  readonly errorDescription?: string
  /** Names the result at a remote Iota. */
  readonly responseCode?: string
  /** A digest of a presentation that was refused: nothing of itself is kept. */
  readonly refused?: string
}

/** What else is known of it: of the registration, and of the verification. */
export type ResponseIncidental = {
  readonly correlationId?: string
  readonly connectionClientId?: string
  /** The credentials, where they were verified. */
  readonly presentations?: readonly Verified[]
  /** What a remote Iota wants to be told beside the code. */
  readonly remote?: { readonly correlationId?: string, readonly transactionId: string, readonly configurationId?: string }
  /** The code of a presentation that was refused. */
  readonly refusal?: string
}

/**
 * Parameters without fault, to a callback: one spelling, a fixed order, and nothing that was not asked for. Throws `STATE_UNKNOWN` when path or
 * `kid` led to another registration than the `state` names.
 */
export function toCallback (given: JsonObject, traceparent: string, registration?: Registration): Callback {
  if (registration !== undefined && registration.key !== given.state) throw new Failure('STATE_UNKNOWN')
  const code = isWalletError(given) || hasPresentation(given) ? undefined : textIn(given, 'response_code')
  if (registration !== undefined && code !== undefined) return toRemoteCallback(code, 'back', traceparent, registration)
  const parameters = isWalletError(given) ? errorIn(given) : presentationIn(given)
  return {
    provider: 'oid4vp',
    channel: 'back',
    key: given.state as string,
    parameters,
    ...registration !== undefined && { incidental: incidentalOf(registration) },
    reply: registration === undefined ? { response_code: newResponseCode() } : replyOf(parameters, registration),
    singleUse: true, // OpenID4VP 1.0 §13.3, §14.1: a response is taken once
    traceparent,
  }
}

/** A code of a remote Iota, with which the delivery fetches the presentation there. */
export function toRemoteCallback (responseCode: string, channel: 'front' | 'back', traceparent: string, registration: Registration): Callback {
  const { correlationId, transactionId, configurationId } = detailsOf(registration)
  const remote = { transactionId, ...correlationId !== undefined && { correlationId }, ...configurationId !== undefined && { configurationId } }
  return {
    provider: 'oid4vp',
    channel,
    key: registration.key,
    parameters: { responseCode } satisfies ResponseParameters,
    incidental: { ...incidentalOf(registration), remote },
    reply: { response_code: responseCode },
    ...channel === 'back' && { singleUse: true }, // a code that a browser made up must not keep out the right one
    traceparent,
  }
}

function incidentalOf (registration: Registration): JsonObject {
  const { correlationId, connectionClientId } = detailsOf(registration)
  return { ...correlationId !== undefined && { correlationId }, ...connectionClientId !== undefined && { connectionClientId } }
}

/** Where the wallet sends its user: with the code by which that browser, and no other, gets at the result (OpenID4VP 1.0 §14.2). */
function replyOf ({ error, errorDescription }: ResponseParameters, registration: Registration): JsonObject {
  const { returnUrl } = registration
  const { responseCode: response_code } = detailsOf(registration)
  if (returnUrl === undefined) return { response_code }
  const url = new URL(returnUrl)
  if (error === undefined) url.searchParams.set('response_code', response_code)
  else url.searchParams.set('error', error)
  if (errorDescription !== undefined) url.searchParams.set('error_description', errorDescription.slice(0, 256))
  return { redirect_uri: url.href, response_code }
}

function errorIn (given: JsonObject): ResponseParameters {
  const errorDescription = textIn(given, 'error_description')
  return { error: textIn(given, 'error') ?? 'access_denied', ...errorDescription !== undefined && { errorDescription } }
}

function presentationIn (given: JsonObject): ResponseParameters {
  const presentationSubmission = textIn(given, 'presentation_submission')
  const { onboarded } = given
  return {
    vpToken: asText(given.vp_token),
    ...presentationSubmission !== undefined && { presentationSubmission },
    ...onboarded !== undefined && { onboarded: onboarded === true || onboarded === 'true' },
  }
}

/** Letter for letter as it was sent, or as JSON text when it was sent as JSON. */
function asText (token: Json | undefined): string {
  return typeof token === 'string' ? token : JSON.stringify(token)
}
