import type { JsonObject } from '../../domain/callback.ts'

/** The member's text. An empty one counts as not sent, as RFC 6749 §3.1 has it for every parameter. */
export function textIn (given: JsonObject, name: string): string | undefined {
  const value = given[name]
  return typeof value === 'string' && value.trim() !== '' ? value : undefined
}

export function hasPresentation ({ vp_token: token }: JsonObject): boolean {
  return typeof token === 'string' ? token.trim() !== '' : typeof token === 'object' && token !== null
}

/** A wallet that names an error presents nothing, whatever else it sends: data beside an error is not taken. */
export function isWalletError (given: JsonObject): boolean {
  return textIn(given, 'error') !== undefined || (textIn(given, 'error_description') !== undefined && !hasPresentation(given))
}
