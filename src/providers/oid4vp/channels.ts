import type { JsonSchema } from '../../domain/json-schema.ts'
import type { Channel } from '../provider.ts'
import { examples } from './examples.ts'
import { faultsOf } from './faults-of.ts'
import { keyOf, openResponse } from './open-response.ts'
import { formParameters, jsonParameters } from './parameters.ts'
import { toCallback } from './to-callback.ts'

const reply = {
  type: 'object',
  title: 'CallbackResponseOK',
  additionalProperties: false,
  required: ['message'],
  properties: {
    redirect_uri: { type: 'string', description: 'Where the wallet sends the user, if anywhere.' },
    response_code: { type: 'string', description: 'Names this response; fresh for each, and the same when a response is sent again.' },
    message: { type: 'string', description: 'That the callback was taken.', examples: ['Callback received.'] },
  },
}

export interface ChannelsParts extends Required<Pick<Channel, 'examine'>> {
  /** True where a remote Iota keeps results: a code in place of a presentation is taken. */
  readonly isRemote: boolean
}

/** The response endpoint of OpenID4VP, which is also Affinidi Iota's callback. */
export function createChannels ({ examine, isRemote }: ChannelsParts): Channel[] {
  const channel: Channel = {
    method: 'POST',
    paths: ['/v1/callback', '/ais/v1/callback'],
    kind: 'back',
    cors: true, // wallets that are web pages
    operationId: 'iotOIDC4VPCallback',
    summary: "A wallet's answer to a data-sharing request: its presentation, or its error",
    parameters: jsonParameters,
    form: formParameters,
    examples,
    reply,
    failures: ['KEY_USED', 'ISSUER_AWAY'],
    open: openResponse,
    faultsOf: parameters => faultsOf(parameters, isRemote),
    keyOf,
    toCallback,
    examine,
    toReply: () => ({ message: 'Callback received.' }),
  }
  return [channel, {
    ...channel,
    paths: ['/v1/callback/:key', '/ais/v1/callback/:key'],
    operationId: 'iotOIDC4VPCallbackOfKey',
    summary: 'The same, where the path names the `state`',
    parameters: withoutState(jsonParameters),
    form: withoutState(formParameters),
  }]
}

function withoutState ({ required: _required, ...schema }: JsonSchema): JsonSchema {
  return schema
}
