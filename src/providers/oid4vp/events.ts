import type { JsonSchema } from '../../domain/json-schema.ts'

const state = {
  type: 'string',
  maxLength: 255,
  description: 'The `state` of the request, which is also the subject.',
  examples: ['0b8e4a5c-7f0e-4d3b-9a51-2c6f8e1d7b90'],
}
const correlationId = { type: 'string', maxLength: 255, description: 'What the client calls the request, when it told us.', examples: ['f2f3f4b6-43a1-4b7e-a07c-5a1a9a1d5a0e'] }

const completed = {
  type: 'object',
  title: 'Presentation received',
  additionalProperties: false,
  required: ['state', 'responseCode', 'verified'],
  properties: {
    state,
    correlationId,
    responseCode: { type: 'string', minLength: 1, maxLength: 512, description: 'The `response_code` that the wallet was answered with.', examples: ['m1vq2uGhrWZ3bUe0x0HVQwbbC4hUq1ZC'] },
    vpToken: {
      type: 'string',
      minLength: 1,
      description: 'The presentation letter for letter as it was sent: JSON text, or a bare JWT or SD-JWT. Absent with EVENT_PAYLOAD=reference: claim it with the `responseCode`.',
      examples: ['{"email_vc":[{"type":["VerifiablePresentation"]}]}'],
    },
    presentationSubmission: {
      type: 'string',
      minLength: 1,
      description: 'The presentation submission, JSON text. Absent for DCQL.',
      examples: ['{"id":"Y1XqkDUlD5uxJ6CEsnGCa","definition_id":"token_with_email_vc","descriptor_map":[]}'],
    },
    onboarded: { type: 'boolean', description: 'Whether the user is new to the wallet, when the wallet said so.' },
    verified: { type: 'boolean', description: 'Whether the presentation was verified here. When not, verify it yourself before you trust it.' },
    presentations: {
      type: 'array',
      description: 'The credentials, where they were verified.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['format', 'types', 'issuer'],
        properties: {
          id: { type: 'string', description: 'The id of the credential query that it answers, with DCQL.' },
          format: { type: 'string', enum: ['dc+sd-jwt', 'jwt_vc_json', 'ldp_vc'] },
          types: { type: 'array', items: { type: 'string' }, description: '`vct`, or the types.' },
          issuer: { type: 'string', description: 'DID or URL; of a certificate that proves none, its subject, or its other names.' },
        },
      },
    },
  },
}

const failed = {
  type: 'object',
  title: 'Presentation failed',
  additionalProperties: false,
  required: ['state', 'stage', 'error', 'final'],
  properties: {
    state,
    correlationId,
    stage: { type: 'string', enum: ['wallet', 'verification'], description: 'Who refused: the wallet or its user, or the verification here.' },
    error: { type: 'string', minLength: 1, maxLength: 128, description: 'OAuth 2.0 or OpenID4VP error code. Wallets have codes of their own too.', examples: ['access_denied'] },
    errorDescription: { type: 'string', maxLength: 4096, description: "The wallet's words on it.", examples: ['The user declined.'] },
    final: { type: 'boolean', description: 'False while the wallet may try again.' },
  },
}

/** The schema of `data`, for each status that an event of a wallet has. */
export const events = { completed, failed } satisfies { [status: string]: JsonSchema }
