/** The form of every error on a JSON route. */
export const errorReplySchema = {
  type: 'object',
  required: ['name', 'message', 'httpStatusCode', 'traceId', 'details'],
  properties: {
    name: { type: 'string', description: 'What kind of error it is.', examples: ['InvalidParameterError'] },
    message: { type: 'string' },
    httpStatusCode: { type: 'integer' },
    traceId: { type: 'string', description: 'Quote it when you ask about this error.' },
    details: {
      type: 'array',
      items: {
        type: 'object',
        required: ['issue', 'field', 'location'],
        properties: {
          issue: { type: 'string', description: 'What is wrong.' },
          field: { type: 'string', description: 'The name as it was sent.' },
          value: { type: 'string', description: 'What was given, described but never repeated.' },
          location: { type: 'string', enum: ['body', 'query', 'path', 'header'] },
        },
      },
    },
  },
} as const
