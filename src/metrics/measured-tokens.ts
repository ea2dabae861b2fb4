import { asFailure } from '../domain/failure.ts'
import type { Tokens } from '../token/token.ts'
import type { Instruments } from './instruments.ts'

/** The token endpoint's work, with each request counted by its answer. */
export function measuredTokens<T extends Pick<Tokens, 'grant'>> (tokens: T, { tokens: requests }: Pick<Instruments, 'tokens'>): T {
  return {
    ...tokens,
    async grant (...given: Parameters<Tokens['grant']>) {
      try {
        const reply = await tokens.grant(...given)
        requests.inc({ result: 'granted' })
        return reply
      } catch (thrown) {
        requests.inc({ result: asFailure(thrown).code })
        throw thrown
      }
    },
  }
}
