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
 * The parameters of a response, opened if it is encrypted, with the `state` that it names elsewhere. A wallet's error may come unencrypted all
 * the same (OpenID4VP 1.0 §8.3.1). Throws `STATE_UNKNOWN` for a response that is encrypted for a request that is not known, and for a
 * `state` beside another's path.
 */
export async function openResponse (given: JsonObject, path: Path, registration?: Registration): Promise<JsonObject> {
  const [response, state] = [textIn(given, 'response'), textIn(given, 'state')]
  if (path.key !== undefined && state !== undefined && state !== path.key) throw new Failure('STATE_UNKNOWN') // whose registration was looked for?
  const kid = kidOf(response ?? '')
  if (response === undefined || (registration === undefined && kid === undefined)) return withState(given, path.key)
  if (registration === undefined) throw new Failure('STATE_UNKNOWN')
  return withState(await openSealed(response, detailsOf(registration).privateJwk), registration.key)
}

function withState (given: JsonObject, key: string | undefined): JsonObject {
  return key === undefined || (given.state !== undefined && given.state !== '') ? given : { ...given, state: key }
}
