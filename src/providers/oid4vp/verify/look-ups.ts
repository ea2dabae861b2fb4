import { Failure } from '../../../domain/failure.ts'
import type { Fetched } from '../../../outgoing/guarded.ts'

type Fetch = (url: string, signal?: AbortSignal) => Promise<Fetched>

/** A presentation names who is asked about it, so it must not keep us busy: look-ups of one verification, and milliseconds for all of them. */
const most = 16
const patience = 8_000
/** What a server says that may say otherwise soon. */
const troubles: readonly number[] = [408, 429, 500, 502, 503, 504]

/** The look-ups of one verification: each address once. Throws `ADDRESS_REFUSED` beyond the limit, and `ISSUER_AWAY` for who cannot be asked now. */
export function createLookUps (fetchGuarded: Fetch): (url: string) => Promise<Fetched> {
  const asked = new Map<string, Promise<Fetched>>()
  let signal: AbortSignal | undefined

  return async function lookUp (url) {
    const known = asked.get(url)
    if (known !== undefined) return known
    if (asked.size >= most) throw new Failure('ADDRESS_REFUSED', { reason: 'one presentation names too many addresses' })
    signal ??= AbortSignal.timeout(patience)
    const fetched = present(fetchGuarded(url, signal))
    asked.set(url, fetched)
    return fetched
  }
}

async function present (fetched: Promise<Fetched>): Promise<Fetched> {
  const answer = await fetched.catch((thrown: unknown) => {
    throw thrown instanceof Failure && thrown.code === 'ADDRESS_AWAY' ? away(thrown.reason) : thrown
  })
  if (troubles.includes(answer.status)) throw away(`the address answers ${answer.status}`)
  return answer
}

function away (reason: string): Failure {
  return new Failure('ISSUER_AWAY', { reason })
}
