import type { JsonObject } from '../../domain/callback.ts'
import type { Trouble } from '../operation.ts'

/** What a person is told of gRPC's codes: Token.io sends the user's refusal as 2, an interrupted flow as 9 or 13. */
const troubles: { readonly [code: string]: Trouble } = {
  1: 'cancelled', 2: 'cancelled',
  4: 'unavailable', 8: 'unavailable', 14: 'unavailable',
  5: 'reconnect',
  7: 'interrupted', 9: 'interrupted', 10: 'interrupted', 13: 'interrupted', 16: 'interrupted',
  12: 'unsupported',
  access_denied: 'rejected', // by the user, or the bank is not supported
}

/** Why a callback's parameters, or the `data` of an event, mean a failure. */
export function troubleIn ({ error, reason }: JsonObject): Trouble | undefined {
  if (reason === 'EXPIRED') return 'expired'
  const code = isObject(error) ? error.code : undefined
  if (typeof code === 'number' || typeof code === 'string') return Object.hasOwn(troubles, code) ? troubles[code] : 'failed'
  if (reason === 'REJECTED') return 'rejected'
  return reason === undefined ? undefined : 'failed'
}

function isObject (value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
