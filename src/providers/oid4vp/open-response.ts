import type { JsonObject } from '../../domain/callback.ts'
import { Failure } from '../../domain/failure.ts'
import type { Registration } from '../../domain/registration.ts'
import { detailsOf } from './details.ts'
import { textIn } from './given.ts'
import { kidOf, openSealed } from './sealed-response.ts'

type Path = { readonly [name: string]: string }

/** The key of a response: that of its path, or the `kid` that it is encrypted for, or its `state`. */
export function keyOf (given: JsonObject, path: Path): string | undefined {
  return path.key ?? kidOf(textIn(given, 'response') ?? '') ?? textIn(given, 'state')
}

/**
 * The parameters of a response, opened if it is encrypted, with its `state`. A wallet's error may come unencrypted all the same (OpenID4VP
 * 1.0 §8.3.1). Throws `STATE_UNKNOWN` when path, `kid` and `state` are not of one request, and for an encrypted response to none that is known.
 */
export async function openResponse (given: JsonObject, path: Path, registration?: Registration): Promise<JsonObject> {
  const response = textIn(given, 'response')
  const kid = kidOf(response ?? '')
  if (response === undefined || (registration === undefined && kid === undefined)) return withState(given, path.key)
  if (registration === undefined) throw new Failure('STATE_UNKNOWN')
  const opened = await openSealed(response, detailsOf(registration).privateJwk)
  return withState(withState(opened, registration.key), textIn(given, 'state'))
}

function withState (given: JsonObject, key: string | undefined): JsonObject {
  if (key === undefined) return given
  const state = textIn(given, 'state')
  if (state !== undefined && state !== key) throw new Failure('STATE_UNKNOWN')
  return given.state === undefined || given.state === '' ? { ...given, state: key } : given
}
