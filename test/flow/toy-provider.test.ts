import { join } from 'node:path'
import { pino } from 'pino'
import t from 'tap'
import { loadConfig } from '../../src/config.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { openService } from '../../src/service.ts'
import { directoryFor } from '../process.ts'
import { subscribe } from '../subscriber.ts'

/** A whole provider in one value: nothing in src/ knows of it. */
const toy: Provider = {
  name: 'toy',
  settings: { TOY_GREETING: { type: 'string', default: 'hello', description: 'What the toy says.' } },
  open: ({ settings }) => ({
    name: 'toy',
    channels: [{
      method: 'POST', paths: ['/v1/toy/callback'], kind: 'back', cors: false, operationId: 'toyCallback', summary: 'A toy is done.',
      parameters: { type: 'object', required: ['id'], properties: { id: { type: 'string', pattern: '^[a-z]+$' } } },
      examples: { done: { id: 'abc' } },
      reply: { type: 'object', properties: { thanks: { type: 'string' } } },
      keyOf: ({ id }) => String(id),
      toCallback: ({ id }, traceparent) => ({ provider: 'toy', channel: 'back', key: String(id), parameters: { id }, traceparent }),
      toReply: id => ({ thanks: id }),
    }],
    unregistered: 'accept',
    registration: {
      faultsOf: () => [],
      toRegistration: async ({ key = 'made' }) => ({ key, details: {}, reply: {} }),
      callbackPath: () => '/v1/toy/callback',
    },
    events: { completed: { type: 'object', required: ['says'], properties: { says: { type: 'string' } } } },
    fetchResult: async () => ({ status: 'DONE', data: {} }),
    toEvents: () => ({ events: [{ status: 'completed', final: true, gist: 'done', data: { says: String(settings.TOY_GREETING) } }] }),
    health: () => ({ status: 'ok' }),
    close: async () => {},
  }),
}

void t.test('a provider is one value: its route, settings, events and health follow', async t => {
  const config = loadConfig({
    HOST: '127.0.0.1', PORT: '0', OPS_PORT: '0', MQTT_LISTEN_PORT: '0', SANDBOX: 'false', TOY_GREETING: 'good day', JOURNAL_URL: `sqlite:${join(directoryFor(t), 'journal.db')}`,
  }, [toy])
  const service = await openService({ config, providers: [toy], log: pino({ level: 'silent' }) })
  t.teardown(service.close)
  const subscriber = await subscribe(t, service.addresses.mqtt ?? '')
  const post = (body: object) => fetch(`${service.addresses.public}/v1/toy/callback`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  t.match(await (await post({ id: 'abc' })).json(), { thanks: String })
  const [received] = await subscriber.count(1)
  t.match(received, { topic: 'callbacks/v1/default/toy/abc', event: { type: 'callbacks.toy.completed.v1', subject: 'abc', data: { says: 'good day' } } })
  t.match(await (await post({ id: 'A B' })).json(), { name: 'InvalidParameterError', details: [{ field: 'id', location: 'body' }] })
  t.match(await (await fetch(`${service.addresses.public}/readyz`)).json(), { checks: { toy: { status: 'ok' } } })
})
