import type { Callback, JsonObject } from '../../domain/callback.ts'
import { type CredentialField, decodeCredentialFields } from './credential-fields.ts'
import { type CallbackError, errorOf } from './grpc.ts'
import { hintNames, idNames } from './parameters.ts'

/** What a callback of Token.io says, whatever mode it came from. */
export type TokenioParameters = {
  readonly error?: CallbackError
  readonly fields?: readonly CredentialField[]
  readonly tokenId?: string
  readonly transferId?: string
  readonly transferStatus?: string
  readonly status?: string
  readonly state?: string
  /** Stands for something that the user entered, or for the step that followed it; nothing of what was entered. */
  readonly submission?: string
}

/** Parameters without fault, to a callback: one spelling, a fixed order, and nothing that was not asked for. */
export function toCallback (given: JsonObject, channel: 'front' | 'back', traceparent: string): Callback {
  const key = firstText(given, idNames) ?? ''
  const traceId = firstText(given, ['trace-id'])
  const error = errorOf(given.error as string | number | undefined, firstText(given, ['message']))
  const parameters: TokenioParameters = { ...(error ? { error } : fieldsIn(given)), ...hintsIn(given) }
  return { provider: 'tokenio', channel, key, parameters, ...(traceId && { incidental: { traceId } }), traceparent }
}

// Token.io sends an error or fields; should both come, the error tells more
function fieldsIn (given: JsonObject): { readonly fields?: readonly CredentialField[] } {
  const encoded = firstText(given, ['credential-fields'])
  return encoded === undefined ? {} : { fields: decodeCredentialFields(encoded).fields }
}

const hints = Object.entries(hintNames)

function hintsIn (given: JsonObject): { readonly [name: string]: string } {
  const found: { [name: string]: string } = {}
  for (const [name, aliases] of hints) {
    const hint = firstText(given, aliases)
    if (hint !== undefined) found[name] = hint
  }
  return found
}

function firstText (given: JsonObject, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = given[name]
    if (typeof value === 'string' && value !== '') return value
  }
  return undefined
}
