import type { JsonObject } from '../../domain/callback.ts'
import type { Handing } from '../operation.ts'
import { isOfBrowser } from './browser-secret.ts'
import { detailsOf } from './details.ts'
import { textIn } from './given.ts'
import { keyOfResponseCode } from './response-code.ts'
import { isSame } from './same.ts'
import type { ResponseParameters } from './to-callback.ts'

const text = (description: string, more: object = {}) => ({ type: 'string', minLength: 1, maxLength: 512, description, ...more })
const words = {
  token: 'The presentation letter for letter as the wallet sent it.',
  submission: 'The presentation submission, JSON text; absent for DCQL.',
}

/** OpenID4VP 1.0 §13.3: the presentation goes to who holds both the transaction id and the response code. Affinidi's names and spellings, of its schema and of its service. */
export const handing: Handing = {
  operationId: 'fetchIotaVpResponse',
  summary: "The presentation of a registered request, once, to who made the registration and has the user's response code",
  paths: ['/v1/fetch-iota-response', '/ais/v1/fetch-iota-response'],
  body: {
    type: 'object',
    required: ['transactionId', 'responseCode'],
    properties: {
      correlationId: text('As registered, where it was.'),
      transactionId: text('As the registration has it.'),
      responseCode: text('What the user’s browser came back with: `response_code`.'),
      configurationId: text('As registered, where it was.'),
      browserSecret: text('What the user’s browser holds, where `browserSecretHash` was registered.'),
    },
  },
  examples: {
    request: {
      correlationId: 'f2f3f4b6-43a1-4b7e-a07c-5a1a9a1d5a0e', transactionId: '8b8f3c1e-5a0d-4a6e-9d53-c1b1c4f8a9e2',
      responseCode: 'm1vq2uGhrWZ3bUe0x0HVQwbbC4hUq1ZC0b8e4a5c-7f0e-4d3b-9a51-2c6f8e1d7b90', configurationId: 'c3c0a4a8-2f0e-4f0d-8f57-0f4f6b9d1f0a',
    },
  },
  reply: {
    type: 'object',
    additionalProperties: false,
    required: ['vp_token', 'vpToken'],
    properties: {
      correlationId: text('As registered.'),
      vp_token: { type: 'string', description: words.token },
      vpToken: { type: 'string', description: words.token },
      presentation_submission: { type: 'string', description: words.submission },
      presentationSubmission: { type: 'string', description: words.submission },
      nonce: { type: 'string', description: 'As registered: compare it with your own.' },
    },
  },
  keyOf: ({ responseCode }) => keyOfResponseCode(String(responseCode)),
  isProved (body, registration) {
    const { transactionId, responseCode, correlationId, configurationId, browserSecretHash } = detailsOf(registration)
    const optional = [[body.correlationId, correlationId], [body.configurationId, configurationId]] as const
    const checks = [
      isSame(String(body.transactionId), transactionId),
      isSame(String(body.responseCode), responseCode),
      isOfBrowser(textIn(body, 'browserSecret'), browserSecretHash),
      ...optional.map(([given, own]) => given === undefined || own === undefined || isSame(String(given), own)),
    ]
    return checks.every(Boolean) // each was made, whatever the one before said
  },
  toReply ({ parameters }, registration) {
    const { vpToken, presentationSubmission } = parameters as ResponseParameters
    const { correlationId, nonce } = detailsOf(registration)
    if (vpToken === undefined) return undefined
    return {
      ...correlationId !== undefined && { correlationId },
      vp_token: vpToken,
      vpToken,
      ...presentationSubmission !== undefined && { presentation_submission: presentationSubmission, presentationSubmission },
      ...nonce !== undefined && { nonce },
    } satisfies JsonObject
  },
}
