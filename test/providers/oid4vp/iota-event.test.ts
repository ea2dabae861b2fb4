import { Ajv } from 'ajv'
import t from 'tap'
import type { JsonObject } from '../../../src/domain/callback.ts'
import { iotaEvent } from '../../../src/providers/oid4vp/iota-event.ts'
import type { Asked } from '../../../src/providers/provider.ts'
import { openOid4vp } from './open.ts'

const correlationId = 'f2f3f4b6-43a1-4b7e-a07c-5a1a9a1d5a0e'
const uuid = { type: 'string', pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }
const text = { type: 'string' }

// validators/events.ts of @affinidi-tdk/iota-browser, stated again: the package needs a native build. What newRequestError reads without looking is required.
const schemas = {
  'response-callback': {
    type: 'object', required: ['eventType', 'correlationId', 'vpToken'],
    properties: { eventType: { const: 'response-callback' }, correlationId: uuid, vpToken: text, presentationSubmission: { type: 'string', minLength: 2 } },
  },
  error: {
    type: 'object', required: ['eventType', 'correlationId', 'error'],
    properties: {
      eventType: { const: 'error' }, correlationId: uuid,
      error: {
        type: 'object', required: ['message', 'httpStatusCode', 'details'],
        properties: {
          message: text, httpStatusCode: { type: 'number' },
          details: { type: 'array', minItems: 1, items: { type: 'object', required: ['issue'], properties: { issue: text, field: text, value: text, location: { enum: ['body', 'path', 'query'] } } } },
        },
      },
    },
  },
}

const provider = openOid4vp()

async function told (parameters: JsonObject, incidental: JsonObject, refusals = 0) {
  const callback = { provider: 'oid4vp', channel: 'back', key: 's', parameters, incidental, reply: { response_code: 'r' }, traceparent: '00-0-0-00' } as const
  const asked: Asked = { callback, result: await provider.fetchResult(callback, new AbortController().signal), age: 0, asks: 0, refusals }
  const [draft] = provider.toEvents(asked).events
  if (draft === undefined) throw new Error('nothing is told')
  return { asked, draft }
}

const connected = { connectionClientId: 'app-7', correlationId }
const cases: readonly (readonly [claim: string, parameters: JsonObject, type: keyof typeof schemas, incidental?: JsonObject])[] = [
  ['a presentation', { vpToken: '{}', presentationSubmission: '{"id":"s"}' }, 'response-callback'],
  ['a presentation for DCQL', { vpToken: '{"a":[{}]}' }, 'response-callback'],
  ["a wallet's error", { error: 'access_denied' }, 'error'],
  ["a wallet's error with its words", { error: 'server_error', errorDescription: 'Sorry.' }, 'error'],
  ['a presentation refused here', { refused: 'digest' }, 'error', { refusal: 'nonce_mismatch' }],
]

void t.test("each event is one that Affinidi's browser library parses", async t => {
  const ajv = new Ajv({ strict: false })
  for (const [claim, parameters, type, incidental] of cases) {
    const { draft: { also } } = await told(parameters, { ...connected, ...incidental }, 1)
    t.match(also, { type, topic: ['iota', 'v1', 'app-7'] }, claim)
    t.ok(ajv.compile(schemas[type])(also?.payload), claim)
    t.equal('presentationSubmission' in (also?.payload ?? {}), 'presentationSubmission' in parameters, `${claim}: absent means DCQL`)
  }
})

void t.test('nobody hears of it who did not connect, and nobody a presentation that stays here', async t => {
  const { draft } = await told({ vpToken: '{}' }, { correlationId })
  t.equal(draft.also, undefined)
  const { asked, draft: completed } = await told({ vpToken: '{}' }, connected)
  t.equal(iotaEvent(asked, completed, true), undefined)
})
