/** JSON Schema (draft-07) of `AuthorizationEvent`, for any type of event: CloudEvents 1.0 §3, structured JSON. */
export const eventSchema = {
  type: 'object',
  title: 'AuthorizationEvent',
  description: 'CloudEvents 1.0, structured JSON.',
  additionalProperties: false,
  required: ['specversion', 'id', 'source', 'type', 'subject', 'time', 'datacontenttype', 'traceparent', 'data'],
  properties: {
    specversion: { type: 'string', const: '1.0' },
    id: {
      type: 'string',
      minLength: 1,
      description: 'Stable over retries: a subscriber drops repeats by it.',
      examples: ['0d3b1e62-7c5f-4f6e-9a57-3f0f6a1c2b84'],
    },
    source: {
      type: 'string',
      minLength: 1,
      description: '`PUBLIC_URL`, or `urn:callback-receiver` without one.',
      examples: ['urn:callback-receiver'],
    },
    type: { type: 'string', pattern: '^callbacks\\.[a-z0-9]+\\.[a-z-]+\\.v1$', description: '`callbacks.<provider>.<status>.v1`' },
    subject: { type: 'string', minLength: 1, description: 'The key: the provider\'s id for the authorization.' },
    time: { type: 'string', format: 'date-time', description: 'RFC 3339: when the event was recorded.', examples: ['2026-01-01T00:00:00.000Z'] },
    datacontenttype: { type: 'string', const: 'application/json' },
    traceparent: {
      type: 'string',
      pattern: '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$',
      description: 'W3C Trace Context of the callback.',
      examples: ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00'],
    },
    data: { type: 'object', description: 'What came of the authorization.' },
  },
} as const
