import type { JsonObject } from '../../domain/callback.ts'
import type { Visits } from '../visits.ts'
import { createArrive } from './arrive.ts'
import type { Calls } from './call.ts'
import { callbackReply } from './channels.ts'
import { credentialFieldSchema } from './credential-fields.ts'
import { createEnter } from './enter.ts'
import { idLength, isSegment } from './id.ts'
import { stepIn } from './step.ts'

interface Parts extends Pick<Calls, 'call'> { readonly idPattern: RegExp, readonly hosted: boolean }

const credentials = {
  type: 'object',
  required: ['credentials'],
  additionalProperties: false,
  properties: {
    credentials: {
      type: 'object',
      minProperties: 1,
      maxProperties: 32,
      propertyNames: { minLength: 1, maxLength: 128 },
      additionalProperties: { type: 'string', maxLength: 4096 },
      description: 'What the user entered, by the id of the field.',
      examples: [{ otp: '123456' }],
    },
  },
}

const narrowed = {
  type: 'object',
  additionalProperties: false,
  description: "Token.io's reply, narrowed to what is known of it: one of these, or nothing.",
  properties: {
    fields: { type: 'array', items: credentialFieldSchema, description: 'What is wanted next.' },
    redirectUrl: { type: 'string', description: 'Where the user goes on; https.' },
    status: { type: 'string', enum: ['AUTHENTICATED', 'AUTHENTICATION_FAILED', 'DECLINED_BY_PSU', 'INVALID'], description: 'How it went.' },
  },
}

/** What users do while they wait: enter what the bank wants, and come back from a bank that knows only the company. */
export function createVisits ({ call, idPattern, hosted }: Parts): Visits {
  return {
    hosted,
    pages: '/v1/tokenio/steps',
    stepIn,
    enter: createEnter({ call }),
    entering: {
      operationId: 'tokenioCredentials',
      summary: "Hands what the user entered in the company's own app on to Token.io, once",
      path: '/v1/tokenio/token-requests/:id/credentials',
      body: credentials,
      reply: narrowed,
      enteredIn: ({ credentials }: JsonObject) => credentials as { readonly [name: string]: string },
      keyFaults: key => key.length <= idLength && isSegment(key) && idPattern.test(key) ? [] : [{ issue: 'must be a token request id', field: 'id', location: 'path' }],
    },
    arriving: {
      operationId: 'tokenioBankCallback',
      summary: "The bank's own callback, for a company with a licence of its own: Token.io reads its query",
      path: '/v1/tokenio/bank-callback',
      reply: callbackReply,
      arrive: createArrive({ call, idPattern }),
      toReply: id => ({ message: 'Callback received.', callbackId: id }),
    },
  }
}
