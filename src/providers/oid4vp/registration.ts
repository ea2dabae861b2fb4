import { randomUUID } from 'node:crypto'
import type { JsonObject } from '../../domain/callback.ts'
import type { JsonSchema, RegistrationPart } from '../provider.ts'
import { textIn } from './given.ts'

const id = (description: string) => ({ type: 'string', minLength: 1, maxLength: 255, description })

const schema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    correlationId: id('What the client calls the request; events carry it.'),
    transactionId: id('What the client shows to fetch the result; made here when absent.'),
    configurationId: id('The configuration that the request was made with.'),
    connectionClientId: id('Also publishes the events of Affinidi on `iota/v1/{connectionClientId}`: the subscriber itself.'),
    nonce: id('The nonce of the request, to which the presentation is bound.'),
    clientId: id('The verifier, whole, with its prefix: for whom the presentation is made.'),
    dcqlQuery: { type: 'object', description: 'The query of the request, DCQL.' },
    presentationDefinition: { type: 'object', description: 'The query of the request, Presentation Exchange.' },
    verify: { type: 'boolean', description: 'Whether presentations are verified here. Default: true when there is a query.' },
  },
}

const replySchema: JsonSchema = {
  type: 'object',
  properties: { transactionId: { type: 'string', description: 'Shown to fetch the result.' } },
}

// OpenID4VP 1.0 §5.3: the characters of `state`
const isState = /^[A-Za-z0-9._~-]{1,255}$/

/** The `state` that the parameters name, or that the path does. */
export function keyOf (given: JsonObject, path: { readonly [name: string]: string }): string | undefined {
  return textIn(given, 'state') ?? path.key
}

export const registration: RegistrationPart = {
  schema,
  replySchema,
  faultsOf: ({ key }) => key === undefined || isState.test(key) ? [] : [{ issue: 'is no state: letters, digits and ._~- only, 255 at most', field: 'key', location: 'body' }],
  async toRegistration ({ key = randomUUID(), given = {} }) {
    const transactionId = textIn(given, 'transactionId') ?? randomUUID()
    return { key, details: { ...given, transactionId }, reply: { transactionId } }
  },
  alsoTold: ({ given = {} }) => [textIn(given, 'connectionClientId')].filter(client => client !== undefined),
  callbackPath: key => `/v1/callback/${key}`,
}
