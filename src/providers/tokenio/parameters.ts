import type { JsonSchema } from '../../domain/json-schema.ts'
import { idLength } from './id.ts'

/** The three names of the token request id. */
export const idNames = ['request-id', 'request_id', 'requestId'] as const

/** What hosted pages and the older SDK add, under each of its names: hints, never the truth. */
export const hintNames = {
  tokenId: ['token-id', 'tokenId'],
  transferId: ['transfer-id', 'transferId'],
  transferStatus: ['transfer-status', 'transferStatus'],
  status: ['status'],
  state: ['state'],
} as const

/** A callback with one of these came from hosted pages or the older SDK. */
export const hostedNames: readonly string[] = [...Object.values(hintNames).flat(), 'signature']

const text = (maxLength: number, description: string) => ({ type: 'string', maxLength, description })
const id = (name: string) => text(idLength, `${name}, as Token.io or its hosted pages name it. A hint.`)
const requestId = text(idLength, 'Token request id. `request-id` and `request_id` carry the same one; hosted pages send it under one name alone.')

const properties = {
  'request-id': requestId,
  request_id: requestId,
  requestId,
  'credential-fields': text(65_536, 'base64 of `{ "fields": [ … ] }`: what the bank wants of the user next.'),
  error: text(128, 'gRPC code, or a name such as `EXCEPTION_INITIATE_BANK_AUTH` or `access_denied`.'),
  message: text(1024, 'What the error means.'),
  'trace-id': text(256, "Token.io's trace id, for its support."),
  'token-id': id('Token id'),
  tokenId: id('Token id'),
  'transfer-id': id('Transfer id'),
  transferId: id('Transfer id'),
  'transfer-status': text(64, 'Status of the transfer. A hint.'),
  transferStatus: text(64, 'Status of the transfer. A hint.'),
  status: text(64, 'Status. A hint.'),
  signature: text(4096, 'Signature of hosted pages, JSON. Taken and not kept: the result is asked for instead.'),
  state: text(4096, 'State that the request was made with.'),
}

export const queryParameters: JsonSchema = { type: 'object', properties }

export const bodyParameters: JsonSchema = {
  type: 'object',
  properties: {
    ...properties,
    error: { ...properties.error, type: ['string', 'integer'], minimum: 0, maximum: 65_535 },
    signature: { ...properties.signature, type: ['string', 'object'] },
  },
}
