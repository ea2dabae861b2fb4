import type { JsonObject } from '../../domain/callback.ts'
import type { Returning } from '../operation.ts'
import { isOfBrowser, secretIn } from './browser-secret.ts'
import { detailsOf } from './details.ts'
import { textIn } from './given.ts'
import { isSame } from './same.ts'
import { toRemoteCallback } from './to-callback.ts'

const text = (maxLength: number, description: string) => ({ type: 'string', maxLength, description })
const error = { ...text(128, 'Why the wallet presented nothing.'), pattern: '^[\\x20-\\x7e]*$' }

/**
 * The browser's side of the redirect mode. A browser that brings the code of this response is the one that the response came of (OpenID4VP
 * 1.0 §14.2); an error that a browser brings is shown, and told to nobody. With `isRemote`, codes are another Iota's, and lead to the result there.
 * Where the registration names its browser's secret, the browser must have it as a cookie, whatever else it brings.
 */
export function createReturning ({ isRemote }: { readonly isRemote: boolean }): Returning {
  return {
    operationId: 'iotOIDC4VPReturn',
    summary: 'A browser that comes back from its wallet, with the cookie `__Secure-browser-secret` where `browserSecretHash` is registered',
    paths: ['/v1/callback/:key', '/ais/v1/callback/:key'],
    parameters: {
      type: 'object',
      anyOf: [{ required: ['response_code'] }, { required: ['error'] }],
      properties: {
        response_code: { ...text(512, 'The code that the response was answered with.'), minLength: 1 },
        error,
        error_description: text(4096, 'The same for a person.'),
      },
    },
    examples: { code: { response_code: 'm1vq2uGhrWZ3bUe0x0HVQwbbC4hUq1ZC0b8e4a5c-7f0e-4d3b-9a51-2c6f8e1d7b90' }, error: { error: 'access_denied' } },
    reply: { type: 'object', required: ['message'], properties: { message: { type: 'string', examples: ['Received.'] } } },
    isTheirs (query, registration, cookie) {
      const { responseCode, browserSecretHash } = detailsOf(registration)
      const needsNoCode = isRemote || textIn(query, 'error') !== undefined // another's code cannot be known here
      const checks = [isOfBrowser(secretIn(cookie), browserSecretHash), needsNoCode || isSame(String(query.response_code), responseCode)]
      return checks.every(Boolean) // each was made, whatever the one before said
    },
    toCallback (query, traceparent, registration) {
      if (!isRemote || textIn(query, 'error') !== undefined) return undefined
      return toRemoteCallback(String(query.response_code), 'front', traceparent, registration)
    },
    onward: onwardOf,
    troubleIn (query) {
      const error = textIn(query, 'error')
      if (error === undefined) return undefined
      return error === 'access_denied' ? 'cancelled' : 'failed'
    },
  }
}

function onwardOf (query: JsonObject): { [name: string]: string } {
  const [code, error, description] = [textIn(query, 'response_code'), textIn(query, 'error'), textIn(query, 'error_description')]
  if (error === undefined) return code === undefined ? {} : { response_code: code }
  return { error, ...description !== undefined && { error_description: description.slice(0, 256) } }
}
