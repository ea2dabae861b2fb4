import Fastify from 'fastify'
import t from 'tap'
import { Failure } from '../../src/domain/failure.ts'
import { atItsTime } from '../../src/routes/refusal-time.ts'

void t.test('a refusal leaves no sooner for having been quick, and nothing else waits', async t => {
  const app = Fastify()
  app.setErrorHandler((error, _request, reply) => reply.code(error instanceof Failure ? error.status : 500).send())
  app.get('/quick', atItsTime(async () => { throw new Failure('STATE_UNKNOWN') }))
  app.get('/slow', atItsTime(async () => { await new Promise(resolve => setTimeout(resolve, 40)); throw new Failure('KEY_USED') }))
  app.get('/wrong', atItsTime(async () => { throw new Failure('PARAMETERS_INVALID') }))
  app.get('/right', atItsTime(async () => 'done'))
  t.teardown(() => app.close())
  await app.ready()
  const took = async (url: string) => {
    const began = performance.now()
    const { statusCode } = await app.inject(url)
    return { statusCode, time: performance.now() - began }
  }
  await took('/right')
  for (const url of ['/quick', '/slow']) {
    const { statusCode, time } = await took(url)
    t.equal(statusCode, 403)
    t.ok(time > 95, `${url}: ${time}`)
  }
  t.match(await took('/wrong'), { statusCode: 400 })
  t.ok((await took('/wrong')).time < 95)
  t.ok((await took('/right')).time < 95)
})
