import { randomUUID } from 'node:crypto'
import Fastify from 'fastify'
import mqtt from 'mqtt'
import { Pool } from 'undici'
import { tokenio } from '../src/providers/tokenio/index.ts'

/** The same route, fetch and publish by the service's own packages, with nothing checked, sealed, kept, counted or logged: what is under way when it dies is lost. */
const { MQTT_URL = '', TOKENIO_URL = '' } = process.env
const channel = tokenio.open({ settings: { TOKENIO_ID_PATTERN: '.', TOKENIO_URL, TOKENIO_RESULT_DEADLINE_SECONDS: 1, TOKENIO_UNREGISTERED: 'accept' } })
  .channels.find(({ method, paths }) => method === 'GET' && paths.includes('/v1/tokenio/callback'))
if (channel === undefined) throw new Error('Token.io has no callback channel')

const provider = new Pool(TOKENIO_URL, { connections: 32, pipelining: 1 })
const broker = await mqtt.connectAsync(MQTT_URL, { protocolVersion: 5 })

async function deliver (key: string): Promise<void> {
  const { body } = await provider.request({ method: 'GET', path: `/token-requests/${key}/result` })
  const event = {
    specversion: '1.0', id: randomUUID(), source: 'urn:packages', type: 'callbacks.tokenio.completed.v1', subject: key, time: new Date().toISOString(), datacontenttype: 'application/json',
    data: { tokenRequestId: key, ...await body.json() as object },
  }
  await broker.publishAsync(`callbacks/v1/default/tokenio/${key}`, JSON.stringify(event), { qos: 1, retain: true, properties: { messageExpiryInterval: 900 } })
}

const app = Fastify()
app.get('/v1/tokenio/callback', { schema: { querystring: channel.parameters, response: { 200: channel.reply } } }, (request, reply) => {
  void deliver((request.query as { 'request-id': string })['request-id'])
  return reply.send({ message: 'Callback received.', callbackId: randomUUID() })
})
app.get('/readyz', async () => ({}))
console.log(JSON.stringify({ public: await app.listen({ host: '127.0.0.1', port: 0 }) }))
process.once('SIGTERM', () => process.exit(0))
