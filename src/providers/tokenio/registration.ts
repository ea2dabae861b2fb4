import type { JsonObject } from '../../domain/callback.ts'
import type { RegistrationPart } from '../provider.ts'
import { idNames } from './parameters.ts'

const path = '/v1/tokenio/callback'
/** Milliseconds after which a user who has not come back is first asked about at Token.io. */
const patience = 10_000

/** The parameters that stand for a user who never comes back. */
export type ExpectedParameters = {
  readonly expected: true
  /** Milliseconds since 1970: the registration's, so that another registration of the key makes another callback. */
  readonly until: number
}

/** The token request id that the parameters name, under the first of its names that is there. */
export function keyOf (given: JsonObject): string | undefined {
  return idNames.map(name => given[name]).find(value => typeof value === 'string' && value !== '') as string | undefined
}

export function createRegistration ({ idPattern, now }: { readonly idPattern: RegExp, readonly now: () => number }): RegistrationPart {
  return {
    faultsOf ({ key }) {
      if (key === undefined) return [{ issue: 'is missing: the token request id', field: 'key', location: 'body' }]
      return idPattern.test(key) ? [] : [{ issue: 'is not a token request id', field: 'key', location: 'body' }]
    },
    toRegistration: async ({ key = '' }) => ({ key, details: {}, reply: {} }),
    callbackPath: () => path,
    expected ({ key, expiresAt }, traceparent) {
      const due = now() + patience
      const parameters: ExpectedParameters = { expected: true, until: expiresAt }
      return { callback: { provider: 'tokenio', channel: 'back', key, parameters, incidental: { lasts: expiresAt - now() }, traceparent }, due }
    },
  }
}
