import Fastify from 'fastify'
import { tokenio } from '../src/providers/tokenio/index.ts'

/** The limit: Fastify with the service's route, schema and reply, and nothing behind them. */
const channel = tokenio.open({ settings: { TOKENIO_ID_PATTERN: '.', TOKENIO_URL: 'http://127.0.0.1:9', TOKENIO_RESULT_DEADLINE_SECONDS: 1, TOKENIO_UNREGISTERED: 'accept' } })
  .channels.find(({ method, paths }) => method === 'GET' && paths.includes('/v1/tokenio/callback'))
if (channel === undefined) throw new Error('Token.io has no callback channel')

const reply = { message: 'Callback received.', callbackId: '019aa000-0000-7000-8000-000000000000' }
const app = Fastify()
app.get('/v1/tokenio/callback', { schema: { querystring: channel.parameters, response: { 200: channel.reply } } }, async () => reply)
app.get('/readyz', async () => ({}))
console.log(JSON.stringify({ public: await app.listen({ host: '127.0.0.1', port: 0 }) }))
process.once('SIGTERM', () => process.exit(0))
