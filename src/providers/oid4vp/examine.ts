import { createHash } from 'node:crypto'
import type { Callback, Json } from '../../domain/callback.ts'
import { Failure } from '../../domain/failure.ts'
import type { Registration } from '../../domain/registration.ts'
import { detailsOf } from './details.ts'
import type { ResponseParameters } from './to-callback.ts'
import type { Request, Response, Verified } from './verify/verify.ts'
import { refusalOf } from './verify/refusal.ts'

export interface ExamineParts {
  readonly verify: (response: Response, request: Request) => Promise<Verified[]>
}

/** Verifies a presentation whose registration asks for it. Of one that is refused a digest is kept and the code why, nothing of itself. */
export function createExamine ({ verify }: ExamineParts) {
  const underWay = new Map<string, Promise<Callback>>()

  return async function examine (callback: Callback, registration: Registration): Promise<Callback> {
    const { vpToken, presentationSubmission } = callback.parameters as ResponseParameters
    if (!detailsOf(registration).verify || vpToken === undefined) return callback
    const digest = createHash('sha256').update(JSON.stringify([registration.key, vpToken, presentationSubmission])).digest('base64url')
    const same = underWay.get(digest) // a response that comes many times at once is verified once
    if (same !== undefined) return same
    const examined = verified(callback, registration, { vpToken, presentationSubmission }, digest).finally(() => underWay.delete(digest))
    underWay.set(digest, examined)
    return examined
  }

  async function verified (callback: Callback, registration: Registration, response: Response, digest: string): Promise<Callback> {
    try {
      const presentations = await verify(response, detailsOf(registration) as Request)
      return { ...callback, incidental: { ...callback.incidental, presentations: presentations as unknown as Json } }
    } catch (thrown) {
      const refusal = refusalOf(thrown)
      if (refusal === undefined || !(thrown instanceof Failure)) throw thrown
      const { reply: _reply, ...rest } = callback
      const refused = thrown.details.map(({ issue, ...detail }) => ({ issue: `${issue} (${refusal})`, ...detail }))
      return { ...rest, parameters: { refused: digest } satisfies ResponseParameters, incidental: { ...callback.incidental, refusal }, refused }
    }
  }
}
