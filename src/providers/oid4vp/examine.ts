import { createHash } from 'node:crypto'
import { mostRefusals, type Callback, type Json } from '../../domain/callback.ts'
import { Failure } from '../../domain/failure.ts'
import type { Registration } from '../../domain/registration.ts'
import { detailsOf } from './details.ts'
import type { ResponseParameters } from './to-callback.ts'
import type { Request, Response, Verified } from './verify/verify.ts'
import { refusalOf } from './verify/refusal.ts'

export interface ExamineParts {
  readonly verify: (response: Response, request: Request) => Promise<Verified[]>
}

/** Milliseconds for which a request rests when somebody whom its presentation names is away: nobody is knocked at as often as a stranger likes. */
const pause = 2_000

/**
 * Verifies a presentation whose registration asks for it. Of one that is refused a digest is kept and the code why, nothing of itself.
 * Throws `ISSUER_AWAY`, and then nothing is kept: an outage elsewhere uses up no try. Throws `OVERLOADED` when a request has as many
 * presentations under way as it has tries: what is named in a burst of them is not looked up.
 */
export function createExamine ({ verify }: ExamineParts) {
  const underWay = new Map<string, Map<string, Promise<Callback>>>()
  const resting = new Map<string, Failure>()

  return async function examine (callback: Callback, registration: Registration): Promise<Callback> {
    const { vpToken, presentationSubmission } = callback.parameters as ResponseParameters
    const { verify: isWanted, responseCode } = detailsOf(registration)
    if (!isWanted || vpToken === undefined) return callback
    const digest = createHash('sha256').update(JSON.stringify([responseCode, vpToken, presentationSubmission])).digest('base64url')
    const ofKey = underWay.get(registration.key) ?? new Map<string, Promise<Callback>>()
    const same = ofKey.get(digest) // a response that comes many times at once is verified once
    if (same !== undefined) return same
    const outage = resting.get(registration.key)
    if (outage !== undefined) throw outage
    if (ofKey.size >= mostRefusals) throw new Failure('OVERLOADED', { reason: 'one request has too many presentations under way' })
    underWay.set(registration.key, ofKey)
    const examined = verified(callback, registration, { vpToken, presentationSubmission }, digest).finally(() => {
      ofKey.delete(digest)
      if (ofKey.size === 0) underWay.delete(registration.key)
    })
    ofKey.set(digest, examined)
    return examined
  }

  async function verified (callback: Callback, registration: Registration, response: Response, digest: string): Promise<Callback> {
    try {
      const presentations = await verify(response, detailsOf(registration) as Request)
      return { ...callback, incidental: { ...callback.incidental, presentations: presentations as unknown as Json } }
    } catch (thrown) {
      if (thrown instanceof Failure && thrown.code === 'ISSUER_AWAY') letRest(registration.key, thrown)
      const refusal = refusalOf(thrown)
      if (refusal === undefined || !(thrown instanceof Failure)) throw thrown
      const { reply: _reply, ...rest } = callback
      const refused = thrown.details.map(({ issue, ...detail }) => ({ issue: `${issue} (${refusal})`, ...detail }))
      return { ...rest, parameters: { refused: digest } satisfies ResponseParameters, incidental: { ...callback.incidental, refusal }, refused }
    }
  }

  function letRest (key: string, outage: Failure): void {
    resting.set(key, outage)
    setTimeout(() => resting.delete(key), pause).unref()
  }
}
