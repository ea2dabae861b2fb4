import t from 'tap'
import { createEventValidators } from '../../src/delivery/event-validators.ts'
import { createToEvent } from '../../src/delivery/to-event.ts'
import { topicLevel } from '../../src/domain/topic.ts'
import type { Callback } from '../../src/domain/callback.ts'

const callback: Callback = { provider: 'toy', channel: 'back', key: 'a:1', parameters: {}, traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-00` }
const validators = createEventValidators([{ name: 'toy', events: { completed: { type: 'object', required: ['ok'], additionalProperties: false, properties: { ok: { type: 'boolean' } } } } }])
const toEvent = createToEvent({ source: 'https://callbacks.example', topicPrefix: 'callbacks/v1', validators, now: () => Date.UTC(2026, 10, 22), newId: () => 'id-1' })

void t.test('a draft becomes a CloudEvent on its topic', async t => {
  const recorded = toEvent(callback, { status: 'completed', final: true, gist: 'x', data: { ok: true } }, 'app-7')
  t.match(recorded, { id: 'id-1', type: 'callbacks.toy.completed.v1', topic: 'callbacks/v1/app-7/toy/a:1' })
  t.same(JSON.parse(recorded.payload), {
    specversion: '1.0', id: 'id-1', source: 'https://callbacks.example', type: 'callbacks.toy.completed.v1', subject: 'a:1',
    time: '2026-11-22T00:00:00.000Z', datacontenttype: 'application/json', traceparent: callback.traceparent, data: { ok: true },
  })
})

void t.test('an event that does not meet its own schema, or has none, is never recorded', async t => {
  t.throws(() => toEvent(callback, { status: 'completed', final: true, gist: 'x', data: { ok: 'secret' } }, 'app-7'), { code: 'EVENT_INVALID', reason: /^(?!.*secret)/ })
  t.throws(() => toEvent(callback, { status: 'failed', final: true, gist: 'x', data: {} }, 'app-7'), { code: 'EVENT_INVALID' })
})

void t.test('no level can become two, a wildcard, or something else than itself', async t => {
  for (const [level, safe] of [
    ['rq:3SVz:5zKt', 'rq:3SVz:5zKt'], ['a/b', 'a%2Fb'], ['a+b', 'a%2Bb'], ['#', '%23'], ['$SYS', '%24SYS'], ['%2F', '%252F'], ['a\0b', 'a%00b'], ['\u0085', '%C2%85'], ['\ud800', '\ufffd'],
  ] as const) t.equal(topicLevel(level), safe)
})
