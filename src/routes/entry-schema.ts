const time = {
  type: 'string',
  maxLength: 40,
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?(Z|[+-]\\d{2}:\\d{2})$',
  description: 'RFC 3339.',
} as const
const at = { type: 'string', description: 'RFC 3339.' } as const
const filter = {
  provider: { type: 'string', minLength: 1, maxLength: 64 },
  key: { type: 'string', minLength: 1, maxLength: 512, description: 'The provider\'s id for the authorization.' },
  since: { ...time, description: 'RFC 3339: received then or later.' },
  until: { ...time, description: 'RFC 3339: received then or earlier.' },
} as const
const statuses = ['waiting', 'delivered', 'buried'] as const

export const listQuery = {
  type: 'object',
  properties: {
    status: { type: 'string', enum: statuses, description: '`delivered` once each of its events is acknowledged; `buried` when it was given up.' },
    ...filter,
    limit: { type: 'integer', minimum: 1, maximum: 500, default: 50 },
    cursor: { type: 'string', minLength: 1, maxLength: 64, description: 'Of the page before.' },
  },
} as const

export const eraseQuery = { type: 'object', required: ['key'], properties: { key: filter.key } } as const

export const redriveBody = {
  type: 'object',
  additionalProperties: false,
  minProperties: 1,
  properties: {
    ...filter,
    delivered: { type: 'boolean', description: 'True: events that the broker acknowledged from `since` to `until` are published again, with their old ids, for a broker that lost them.' },
  },
} as const

export const idParameter = { type: 'object', properties: { id: { type: 'string', description: 'The entry\'s id: the `callbackId` of the answer.' } } } as const

const summary = {
  id: { type: 'string' },
  provider: { type: 'string' },
  key: { type: 'string' },
  status: { type: 'string', enum: statuses },
  receivedAt: at,
  reason: { type: 'string', description: 'Why it was buried: a failure code and a word on it.' },
} as const
const required = ['id', 'provider', 'key', 'status', 'receivedAt', 'attempts'] as const

export const entryPage = {
  type: 'object',
  required: ['entries'],
  properties: {
    entries: { type: 'array', items: { type: 'object', required, properties: { ...summary, attempts: { type: 'integer', description: 'Failed tries.' } } } },
    cursor: { type: 'string', description: 'Gives the next page; absent on the last.' },
  },
} as const

export const entryWhole = {
  type: 'object',
  required: [...required, 'events'],
  properties: {
    ...summary,
    attempts: {
      type: 'array',
      description: 'Each failed try, oldest first.',
      items: { type: 'object', required: ['at', 'code', 'reason'], properties: { at, code: { type: 'string' }, reason: { type: 'string' } } },
    },
    events: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'type', 'topic', 'recordedAt'],
        properties: {
          id: { type: 'string' },
          type: { type: 'string' },
          topic: { type: 'string' },
          recordedAt: at,
          publishedAt: { ...at, description: 'RFC 3339: when the broker acknowledged it.' },
          data: { type: 'object', additionalProperties: true, description: 'Ids, statuses and reasons as they are; of all else only what kind of value it is.' },
        },
      },
    },
  },
} as const

export function numberOf (name: string) {
  return { type: 'object', required: [name], properties: { [name]: { type: 'integer', description: 'How many.' } } } as const
}
