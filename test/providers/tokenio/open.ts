import { Ajv } from 'ajv'
import type { Callback, JsonObject } from '../../../src/domain/callback.ts'
import type { Channel, OpenProvider } from '../../../src/providers/provider.ts'
import { tokenio } from '../../../src/providers/tokenio/index.ts'

export const id = 'rq:3SVzgJtzu2DvaZSgRGznpdknT3dq:5zKtXEAq'
export const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

export const settings = {
  TOKENIO_ID_PATTERN: tokenio.settings.TOKENIO_ID_PATTERN?.default,
  TOKENIO_UNREGISTERED: 'accept',
  TOKENIO_RESULT_DEADLINE_SECONDS: 2100,
  TOKENIO_HOSTED_CREDENTIALS: true,
}

/** Token.io as the service opens it, with settings of a test. */
export function openTokenio (given: object = {}): OpenProvider {
  return tokenio.open({ settings: { ...settings, ...given } })
}

export function channelOf (provider: OpenProvider, method: 'GET' | 'POST'): Channel {
  const channel = provider.channels.find(found => found.method === method)
  if (channel === undefined) throw new Error(`no ${method} channel`)
  return channel
}

const ajv = new Ajv({ allErrors: true, strict: false })

/** What the routes do: the schema's faults by field, then the channel's of other fields. */
export function faultsOf (channel: Channel, parameters: JsonObject): { readonly field: string, readonly issue: string }[] {
  const validate = ajv.compile(channel.parameters)
  const bySchema = validate(parameters) ? [] : (validate.errors ?? []).map(({ instancePath, message = '' }) => ({ field: instancePath.slice(1), issue: message }))
  const byChannel = (channel.faultsOf?.(parameters) ?? []).filter(({ field }) => !bySchema.some(fault => fault.field === field))
  return [...bySchema, ...byChannel]
}

export function callbackOf (parameters: JsonObject, method: 'GET' | 'POST' = 'GET'): Callback {
  return channelOf(openTokenio(), method).toCallback(parameters, traceparent) as Callback // at once
}

export const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
