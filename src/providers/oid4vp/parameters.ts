import type { JsonSchema } from '../../domain/json-schema.ts'

const text = (maxLength: number, description: string) => ({ type: 'string', maxLength, description })

const state = {
  type: 'string',
  pattern: '^[A-Za-z0-9._~-]{1,255}$', // OpenID4VP 1.0 §5.3: the characters of `state`
  description: 'The `state` of the request that is answered. Taken once.',
}

const properties = {
  state,
  vp_token: { type: 'string', description: 'The presentation, or presentations by the id of their query, as JSON text or as a bare JWT or SD-JWT.' },
  presentation_submission: text(65_536, 'Which presentation answers what of a Presentation Exchange request: a JSON object as text. Absent with DCQL.'),
  response_code: { ...text(255, 'Names a result that Iota keeps.'), minLength: 1 },
  error: { ...text(128, 'Why the wallet presents nothing, an OAuth 2.0 error code.'), pattern: '^[\\x20-\\x7e]*$' },
  error_description: text(4096, 'The same for a person. Alone it stands for `access_denied`.'),
}

/** CallbackInput. Wallets that put JSON into JSON as it is, not as text, are understood. */
export const jsonParameters: JsonSchema = {
  type: 'object',
  required: ['state'],
  properties: {
    ...properties,
    vp_token: { ...properties.vp_token, type: ['string', 'object', 'array'] },
    onboarded: { type: 'boolean', description: 'Whether the user is new to the wallet.' },
  },
}

// OpenID4VP 1.0 §8.2
/** `direct_post`: the same names as a form. */
export const formParameters: JsonSchema = {
  type: 'object',
  required: ['state'],
  properties: {
    ...properties,
    onboarded: { type: 'string', enum: ['true', 'false'], description: 'Whether the user is new to the wallet.' },
  },
}
