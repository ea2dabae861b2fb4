import type { Channel } from '../provider.ts'
import { createFaultsOf } from './faults-of.ts'
import { bodyParameters, queryParameters } from './parameters.ts'
import { examples } from './examples.ts'
import { keyOf } from './registration.ts'
import { toCallback } from './to-callback.ts'

export const callbackReply = {
  type: 'object',
  additionalProperties: false,
  required: ['message', 'callbackId'],
  properties: {
    message: { type: 'string', description: 'That the callback was taken.' },
    callbackId: { type: 'string', description: 'The id of its entry; a repeat is answered with the same one.' },
  },
}

/** Token.io sends the user's browser with a query; a server may post the same names as JSON. */
export function createChannels ({ idPattern }: { readonly idPattern: RegExp }): readonly Channel[] {
  const front: Channel = {
    ...both,
    method: 'GET',
    kind: 'front',
    operationId: 'tokenioCallback',
    summary: "Token.io's callback: the user's browser comes back from the bank",
    parameters: queryParameters,
    faultsOf: createFaultsOf({ idPattern, location: 'query' }),
    toCallback: (parameters, traceparent) => toCallback(parameters, 'front', traceparent),
  }
  const back: Channel = {
    ...both,
    method: 'POST',
    kind: 'back',
    operationId: 'tokenioCallbackPost',
    summary: "Token.io's callback, posted as JSON",
    parameters: bodyParameters,
    faultsOf: createFaultsOf({ idPattern, location: 'body' }),
    toCallback: (parameters, traceparent) => toCallback(parameters, 'back', traceparent),
  }
  return [front, back]
}

const both = {
  paths: ['/v1/tokenio/callback'],
  cors: false,
  examples,
  reply: callbackReply,
  keyOf,
  toReply: id => ({ message: 'Callback received.', callbackId: id }),
} satisfies Partial<Channel>
