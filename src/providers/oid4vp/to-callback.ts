import { randomBytes } from 'node:crypto'
import type { Callback, Json, JsonObject } from '../../domain/callback.ts'
import { isWalletError, textIn } from './given.ts'

/** What a response says, whatever media type it came in. */
export type ResponseParameters = {
  readonly vpToken?: string
  readonly presentationSubmission?: string
  readonly onboarded?: boolean
  readonly error?: string
  readonly errorDescription?: string
}

/** 192 random bits, base64url; OpenID4VP 1.0 §8.2 asks for 128. */
export function newResponseCode (): string {
  return randomBytes(24).toString('base64url')
}

/** Parameters without fault, to a callback: one spelling, a fixed order, and nothing that was not asked for. */
export function toCallback (given: JsonObject, traceparent: string, responseCode = newResponseCode()): Callback {
  return {
    provider: 'oid4vp',
    channel: 'back',
    key: given.state as string,
    parameters: isWalletError(given) ? errorIn(given) : presentationIn(given),
    reply: { response_code: responseCode },
    singleUse: true, // OpenID4VP 1.0 §13.3, §14.1: a response is taken once
    traceparent,
  }
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
