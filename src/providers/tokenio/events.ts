import type { JsonSchema } from '../../domain/json-schema.ts'
import { credentialFieldSchema } from './credential-fields.ts'

const tokenRequestId = {
  type: 'string',
  maxLength: 128,
  description: 'The token request, which is also the subject.',
  examples: ['rq:3SVzgJtzu2DvaZSgRGznpdknT3dq:5zKtXEAq'],
}
const statusReasonInformation = {
  type: 'string',
  maxLength: 1024,
  description: "Token.io's or the bank's words on the status.",
  examples: ['The Token request has been processed.'],
}
const tokenioId = (description: string) => ({ type: 'string', maxLength: 512, description })

const error = {
  type: 'object',
  additionalProperties: false,
  required: ['code', 'name', 'message'],
  description: 'The error that the callback brought. A browser brought it, so it explains and decides nothing.',
  properties: {
    code: {
      anyOf: [{ type: 'integer' }, { type: 'string', maxLength: 128 }],
      description: "gRPC's code, or the name that hosted pages send.",
      examples: [14],
    },
    name: {
      type: 'string',
      maxLength: 128,
      description: 'The name of the code; UNRECOGNIZED for a number that gRPC does not know.',
      examples: ['UNAVAILABLE'],
    },
    message: { type: 'string', maxLength: 1024, description: 'What it means.', examples: ['Bank is unavailable'] },
  },
}

const completed = {
  type: 'object',
  title: 'Authorization completed',
  additionalProperties: false,
  required: ['tokenRequestId', 'status'],
  properties: {
    tokenRequestId,
    status: { type: 'string', const: 'PROCESSED', description: "Token.io's own word." },
    tokenId: tokenioId('The token: consent to accounts (`ta:`) or to a transfer.'),
    transferId: tokenioId('The transfer, when one was made.'),
    standingOrderSubmissionId: tokenioId('The standing order, when one was made.'),
    bankId: { ...tokenioId('The bank.'), examples: ['ob-modelo'] },
    statusReasonInformation,
  },
}

const failed = {
  type: 'object',
  title: 'Authorization failed',
  additionalProperties: false,
  required: ['tokenRequestId', 'reason', 'confirmed', 'retriable'],
  properties: {
    tokenRequestId,
    reason: {
      type: 'string',
      enum: ['REJECTED', 'EXPIRED', 'CALLBACK_ERROR', 'RESULT_TIMEOUT'],
      description: "REJECTED and EXPIRED are Token.io's words; CALLBACK_ERROR: the callback brought an error and Token.io says nothing final yet; " +
        'RESULT_TIMEOUT: nothing final came in time.',
    },
    confirmed: { type: 'boolean', description: 'Whether Token.io itself says so. When not, a real result may still follow.' },
    retriable: { type: 'boolean', description: 'Whether the same authorization, started again, is likely to succeed.' },
    error,
    traceId: { type: 'string', maxLength: 256, description: "Token.io's trace id, for its support.", examples: ['idm45Ag1X8D8Kvdw'] },
    statusReasonInformation,
  },
}

const pending = {
  type: 'object',
  title: 'Authorization pending',
  additionalProperties: false,
  required: ['tokenRequestId', 'status'],
  properties: {
    tokenRequestId,
    status: { type: 'string', maxLength: 64, description: "Token.io's own word.", examples: ['PENDING'] },
    error,
  },
}

const credentialsRequired = {
  type: 'object',
  title: 'Credentials required',
  additionalProperties: false,
  required: ['tokenRequestId', 'decoupled', 'fields'],
  properties: {
    tokenRequestId,
    decoupled: { type: 'boolean', description: 'True when the user confirms elsewhere, such as on the phone, and enters nothing.' },
    fields: {
      type: 'array',
      minItems: 1,
      maxItems: 32,
      items: credentialFieldSchema,
      description: 'What the bank wants of the user.',
      examples: [[{ description: 'One-time passcode', id: 'otp' }]],
    },
  },
}

/** The schema of `data`, for each status that an event of Token.io has. */
export const events = { completed, failed, pending, 'credentials-required': credentialsRequired } satisfies { [status: string]: JsonSchema }
