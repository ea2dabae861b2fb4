import { randomUUID } from 'node:crypto'
import type { JsonObject } from '../../domain/callback.ts'
import { Failure, type Detail } from '../../domain/failure.ts'
import type { JsonSchema } from '../../domain/json-schema.ts'
import type { RegistrationPart, RegistrationWish } from '../provider.ts'
import type { Details } from './details.ts'
import { newEncryptionKey } from './encryption-key.ts'
import { textIn } from './given.ts'
import { newResponseCode } from './response-code.ts'
import { faultOfDcql } from './verify/dcql.ts'
import { faultOfPex } from './verify/pex.ts'

const id = (description: string, more: object = {}) => ({ type: 'string', minLength: 1, maxLength: 255, description, ...more })

const schema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    correlationId: id('What the client calls the request; events carry it.'),
    transactionId: id('What the client shows to fetch the result; made here when absent.'),
    configurationId: id('The configuration that the request was made with.'),
    connectionClientId: id('Also publishes the events of Affinidi on `iota/v1/{connectionClientId}`: the subscriber itself. Needs a UUID as `correlationId`.'),
    nonce: id('The nonce of the request, to which the presentation is bound.', { pattern: '^[\\x21-\\x7e]+$' }),
    clientId: id('The verifier, whole, with its prefix: for whom the presentation is made.', { maxLength: 2048 }),
    dcqlQuery: { type: 'object', description: 'The query of the request, DCQL.' },
    presentationDefinition: { type: 'object', description: 'The query of the request, Presentation Exchange.' },
    browserSecretHash: {
      type: 'string',
      pattern: '^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$', // 32 bytes
      description: 'Binds the result to the user’s session: base64url of the SHA-256 of a secret that only its browser holds. Who returns or fetches without that secret is refused.',
    },
    verify: { type: 'boolean', description: 'Whether presentations are verified here. Default: true when there is a query. Needs `nonce` and `clientId`.' },
  },
}

const replySchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['transactionId', 'responseEncryptionJwk'],
  properties: {
    transactionId: { type: 'string', description: 'Shown to fetch the result.' },
    responseEncryptionJwk: {
      type: 'object',
      description: 'For `client_metadata.jwks` of the request: what its response may be encrypted for (`direct_post.jwt`, A128GCM or A256GCM). Fresh for each registration.',
      required: ['kty', 'crv', 'x', 'y', 'kid', 'use', 'alg'],
      properties: Object.fromEntries(['kty', 'crv', 'x', 'y', 'kid', 'use', 'alg'].map(name => [name, { type: 'string' }])),
    },
  },
}

const isUuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
// OpenID4VP 1.0 §5.3: the characters of `state`
const isState = /^[A-Za-z0-9._~-]{1,255}$/

export const registration: RegistrationPart = {
  schema,
  replySchema,
  faultsOf: wish => [...ofKey(wish), ...ofRequest(wish.given ?? {})].map(([field, issue]) => faultIn(field, issue)),
  async toRegistration ({ key = randomUUID(), given = {} }) {
    const verify = isVerified(given)
    const faults = verify ? await ofQuery(given) : []
    if (faults.length > 0) throw new Failure('PARAMETERS_INVALID', { details: faults })
    const { privateJwk, publicJwk } = await newEncryptionKey(key)
    const transactionId = textIn(given, 'transactionId') ?? randomUUID()
    const details: Details = { ...given, transactionId, verify, privateJwk, responseCode: newResponseCode(key) }
    return { key, details, reply: { transactionId, responseEncryptionJwk: publicJwk } }
  },
  alsoTold: ({ given = {} }) => [textIn(given, 'connectionClientId')].filter(client => client !== undefined),
  callbackPath: key => `/v1/callback/${key}`,
}

type Fault = readonly [field: string, issue: string]

function ofKey ({ key }: RegistrationWish): Fault[] {
  return key === undefined || isState.test(key) ? [] : [['key', 'is no state: letters, digits and ._~- only, 255 at most']]
}

function ofRequest (given: JsonObject): Fault[] {
  const hasTwoQueries = given.dcqlQuery !== undefined && given.presentationDefinition !== undefined
  const isUnnamed = given.connectionClientId !== undefined && !isUuid.test(String(given.correlationId))
  const needed = isVerified(given) ? ['nonce', 'clientId'].filter(name => given[name] === undefined) : []
  return [
    ...needed.map(name => [`oid4vp.${name}`, 'is missing: a presentation that is verified must be bound to its request'] as const),
    ...hasTwoQueries ? [['oid4vp.presentationDefinition', 'is one query too many: there is a dcqlQuery'] as const] : [],
    ...isUnnamed ? [['oid4vp.correlationId', 'must be a UUID: Affinidi tells its events apart by it'] as const] : [],
  ]
}

/** A query that could not be checked is refused now, not when the wallet answers it. */
async function ofQuery ({ dcqlQuery, presentationDefinition }: JsonObject): Promise<Detail[]> {
  const ofDcql = dcqlQuery === undefined ? undefined : await faultOfDcql(dcqlQuery as JsonObject)
  const ofPex = presentationDefinition === undefined ? undefined : faultOfPex(presentationDefinition as JsonObject)
  return [
    ...ofDcql === undefined ? [] : [faultIn('oid4vp.dcqlQuery', ofDcql)],
    ...ofPex === undefined ? [] : [faultIn('oid4vp.presentationDefinition', ofPex)],
  ]
}

function isVerified ({ verify, dcqlQuery, presentationDefinition }: JsonObject): boolean {
  return typeof verify === 'boolean' ? verify : dcqlQuery !== undefined || presentationDefinition !== undefined
}

function faultIn (field: string, issue: string): Detail {
  return { issue, field, location: 'body' }
}
