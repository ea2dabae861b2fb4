import type { JsonObject } from '../domain/callback.ts'
import type { Detail } from '../domain/failure.ts'
import type { OpenProvider } from '../providers/provider.ts'

/** The body of `POST /v1/registrations`, beside the member that bears the provider's name. */
export interface Wish {
  readonly provider: string
  readonly key?: string
  readonly subscriber?: string
  readonly returnUrl?: string
  /** Seconds. */
  readonly expiresIn?: number
  readonly [provider: string]: unknown
}

const key = { type: 'string', minLength: 1, maxLength: 255, description: "The provider's id for the authorization." } as const
const providerName = { type: 'string', description: 'Whose authorization it is.' } as const

export const keyParameters = { type: 'object', properties: { provider: { type: 'string' }, key: { type: 'string' } } } as const

/** With a member for each provider that has more to be told. */
export function wishSchemaOf (providers: readonly OpenProvider[]): object {
  const own = providers.flatMap(({ name, registration: { schema } }) => schema === undefined ? [] : [{ name, schema }])
  return {
    type: 'object',
    additionalProperties: false,
    required: ['provider'],
    properties: {
      provider: providers.length === 0 ? providerName : { ...providerName, enum: providers.map(({ name }) => name) },
      key,
      subscriber: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f\\ud800-\\udfff]+$', description: 'Whose topic the events go to. Default: the client itself; another needs scope `registrations:any`.' },
      returnUrl: { type: 'string', minLength: 1, maxLength: 2048, description: 'Where the browser of the user goes after the callback. Its origin is one of `RETURN_URL_ORIGINS`.' },
      expiresIn: { type: 'integer', minimum: 60, maximum: 86_400, description: 'Seconds. Default: 1800.' },
      ...Object.fromEntries(own.map(({ name, schema }) => [name, schema])),
    },
  }
}

export function replySchemaOf (providers: readonly OpenProvider[]): object {
  return {
    type: 'object',
    required: ['provider', 'key', 'subscriber', 'callbackUrl', 'topic', 'expiresAt'],
    properties: {
      provider: providerName,
      key,
      subscriber: { type: 'string', description: 'Whose topic the events go to.' },
      callbackUrl: { type: 'string', description: 'Where the callback of the key comes.' },
      topic: { type: 'string', description: 'Where the events of the key are published.' },
      expiresAt: { type: 'string', description: 'RFC 3339.' },
      ...Object.fromEntries(providers.flatMap(({ name, registration: { replySchema } }) => replySchema === undefined ? [] : [[name, replySchema]])),
    },
  }
}

/** A provider's member beside another's name. */
export function strayMembersOf (wish: Wish, providers: readonly OpenProvider[]): Detail[] {
  const stray = providers.filter(({ name }) => name !== wish.provider && wish[name] !== undefined)
  return stray.map(({ name }) => ({ issue: `belongs to a registration of ${name}`, field: name, location: 'body' }))
}

/** One for each provider, for the key of its first example. */
export function wishExamplesOf (providers: readonly OpenProvider[]): { readonly [name: string]: JsonObject } {
  return Object.fromEntries(providers.map(({ name, channels: [channel] }) => {
    const key = channel?.keyOf(Object.values(channel.examples)[0] ?? {}, {})
    return [name, { provider: name, ...key !== undefined && { key }, expiresIn: 1800 }]
  }))
}
