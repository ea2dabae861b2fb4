import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from 'node:net'
import t from 'tap'
import { startProcess } from '../process.ts'
import { until } from '../publisher/until.ts'
import { processed, startTokenio } from '../tokenio-server.ts'
import { startCollector, type SeenSpan } from '../traces/collector.ts'

const key = 'rq:3SVzgJtzu2DvaZSgRGznpdknT3dq:5zKtXEAq'
const path = `/v1/tokenio/callback?request-id=${key}&request_id=${key}`
const traceId = '0af7651916cd43dd8448eb211c80319c'
const caller = `00-${traceId}-b7ad6b7169203331-01`
const traced = (traceparent = caller) => ({ headers: { traceparent } })

async function open (t: Parameters<typeof startProcess>[0], environment: { readonly [name: string]: string } = {}) {
  const [collector, tokenio] = await Promise.all([startCollector(t), startTokenio()])
  t.teardown(tokenio.close)
  const running = await startProcess(t, { TOKENIO_URL: tokenio.url, TOKENIO_API_KEY: 'CANARY-api-key', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_HEADERS: 'x-key=CANARY-header', ...environment })
  const spanOf = async (name: string, is: (span: SeenSpan) => boolean = () => true): Promise<SeenSpan> => {
    await until(() => collector.spans.some(span => span.name === name && is(span)))
    return collector.spans.find(span => span.name === name && is(span))!
  }
  return { collector, tokenio, running, spanOf }
}

void t.test('one callback is one trace: request, append, attempts with their calls, publish', { timeout: 60_000 }, async t => {
  const { collector, tokenio, running, spanOf } = await open(t)
  tokenio.answer(key, { status: 503 }, processed())
  const { callbackId } = await (await fetch(`${running.url}${path}`, traced())).json() as { readonly callbackId: string }

  const publish = await spanOf('publish callbacks/v1/{subscriber}/{provider}/{key}')
  const request = await spanOf('GET /v1/tokenio/callback')
  const append = await spanOf('append')
  const [failed, done] = [await spanOf('resolve tokenio', ({ status }) => status.code === 2), await spanOf('resolve tokenio', ({ status }) => status.code === undefined)]
  const [refused, answered] = [await spanOf('tokenio result', ({ status }) => status.code === 2), await spanOf('tokenio result', ({ status }) => status.code === undefined)]

  for (const span of collector.spans) t.equal(span.traceId, traceId, span.name)
  t.match(request, { kind: 2, parentSpanId: 'b7ad6b7169203331', attributes: { 'http.request.method': 'GET', 'http.route': '/v1/tokenio/callback', 'url.scheme': 'http', 'http.response.status_code': '200' } })
  t.match(append, { kind: 1, parentSpanId: request.spanId, attributes: { 'callback_receiver.entry.id': callbackId, 'callback_receiver.is_new': true } })
  t.match(failed, { kind: 1, parentSpanId: request.spanId, attributes: { 'callback_receiver.entry.id': callbackId, 'error.type': 'PROVIDER_AWAY', 'callback_receiver.result': 'put off' } })
  t.match(done, { parentSpanId: request.spanId, attributes: { 'callback_receiver.result': 'done' } })
  t.not(failed.attributes['callback_receiver.attempt'], done.attributes['callback_receiver.attempt'])
  t.match(refused, { kind: 3, parentSpanId: failed.spanId, attributes: { 'peer.service': 'tokenio', 'error.type': 'PROVIDER_AWAY' } })
  t.match(answered, { kind: 3, parentSpanId: done.spanId })
  t.match(publish, { kind: 4, parentSpanId: request.spanId, attributes: { 'messaging.system': 'mqtt', 'messaging.operation.type': 'send', 'callback_receiver.event.type': 'callbacks.tokenio.completed.v1' } })
  for (const [inner, outer] of [[append, request], [refused, failed], [answered, done]] as const) t.ok(outer.begin <= inner.begin && inner.end <= outer.end, `${inner.name} within ${outer.name}`)
  t.ok(done.end <= publish.end && failed.end <= done.begin)

  const [, second] = tokenio.asks.filter(({ path }) => path.endsWith(`/${key}/result`)) // others are knocks of its own, as long as it is away
  t.equal(second!.headers.traceparent, `00-${traceId}-${answered.spanId}-01`, 'at Token.io the trace goes on below the call')
  await until(() => running.lines.some(({ entryId, msg }) => entryId === callbackId && msg === 'event published')) // after its span
  const event = await (await fetch(`${running.ops}/v1/entries/${callbackId}`)).json() as object
  t.match(event, { status: 'delivered' })
  const told = running.lines.filter(({ entryId }) => entryId === callbackId)
  t.strictSame(told.map(({ msg }) => msg), ['callback journalled', 'put off after a failed try', 'result recorded', 'event published'], 'one line for each act')
  for (const { msg, traceId: said } of told) t.equal(said, traceId, String(msg))
  t.strictSame(collector.faults, [], 'all of it is OTLP')
  t.match(collector.asks[0], { path: 'POST /v1/traces', headers: { 'x-key': 'CANARY-header' } })
  t.notMatch(collector.texts.join(''), new RegExp(`${key}|CANARY|request-id=`), 'no key, no secret, no query')
  t.match(await (await fetch(`${running.ops}/metrics`)).text(), /^callback_receiver_spans_total\{result="exported"\} [1-9]/m)
})

void t.test('who asks for no sampling is not traced, health is not, and who left before the answer is', { timeout: 60_000 }, async t => {
  const { collector, tokenio, running, spanOf } = await open(t)
  await fetch(`${running.url}/livez`, traced())
  await fetch(`${running.url}/nowhere`, traced())
  await fetch(`${running.url}${path}`, traced(caller.replace(/01$/, '00')))
  await until(() => tokenio.asked(key) === 1)
  t.equal(tokenio.asks.at(-1)!.headers.traceparent, caller.replace(/01$/, '00'), 'and its word goes on')
  await fetch(`${running.url}/v1/tokenio/callback?request-id=none`, traced())
  const { hostname, port } = new URL(running.url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  socket.write('POST /v1/tokenio/callback HTTP/1.1\r\nHost: it\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{')
  await sleep(200)
  socket.destroy()
  const left = await spanOf('POST /v1/tokenio/callback')
  t.match(left, { attributes: { 'error.type': 'aborted' }, status: { code: 2 } })
  t.notMatch(left, { parentSpanId: String }, 'a trace of its own')
  t.match(await spanOf('GET /v1/tokenio/callback'), { attributes: { 'http.response.status_code': '400' }, status: {} })
  t.equal(collector.spans.length, 2)
})

void t.test('a collector that is away, and then never answers, holds up nothing; what waits is sent before the process ends', { timeout: 90_000 }, async t => {
  const { collector, running } = await open(t)
  const { port } = collector
  await collector.close()
  t.equal((await fetch(`${running.url}${path}`, traced())).status, 200)
  const doctor = await (await fetch(`${running.ops}/v1/doctor`)).json() as { readonly findings: readonly { readonly part: string }[] }
  t.match(doctor.findings.find(({ part }) => part === 'collector'), { status: 'degraded', reason: /ECONNREFUSED|UND_ERR_SOCKET/, mend: /OTEL_EXPORTER_OTLP_ENDPOINT/ })
  await until(() => running.lines.some(({ msg }) => msg === 'traces not exported'))
  t.equal((await fetch(`${running.url}/readyz`)).status, 200)

  const back = await startCollector(t, { port })
  await until(async () => (await (await fetch(`${running.ops}/v1/entries?status=delivered`)).json() as { readonly entries: unknown[] }).entries.length === 1)
  t.equal(await running.stop(), 0)
  t.ok(back.spans.some(({ name }) => name.startsWith('publish ')), 'all of it')
  t.ok(back.spans.some(({ name }) => name === 'GET /v1/tokenio/callback'))
  t.notMatch(JSON.stringify(running.lines), /CANARY/)
})

void t.test('a mute collector costs no more than the grace', { timeout: 60_000 }, async t => {
  const { collector, running } = await open(t, { SHUTDOWN_GRACE_SECONDS: '1' })
  collector.told.reply = { isMute: true }
  await fetch(`${running.url}${path}`, traced())
  await until(() => collector.asks.length === 1)
  const since = Date.now()
  t.equal(await running.stop(), 0)
  t.ok(Date.now() - since < 4000, `${Date.now() - since} ms`)
})

const tellModules = 'import { registerHooks } from "node:module"; registerHooks({ load (url, context, next) { process.stderr.write(url + "\\n"); return next(url, context) } })'

void t.test('without a collector nothing of it is loaded, and the trace goes on as it came', { timeout: 60_000 }, async t => {
  const tokenio = await startTokenio()
  t.teardown(tokenio.close)
  const running = await startProcess(t, { TOKENIO_URL: tokenio.url, TOKENIO_API_KEY: 'key', NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(tellModules)}` })
  await fetch(`${running.url}${path}`, traced())
  await until(() => tokenio.asked(key) === 1)
  t.equal(tokenio.asks[0]!.headers.traceparent, caller)
  const loaded = running.complaints()
  t.match(loaded, /src\/metrics\/metrics\.ts/, 'what is loaded is told')
  t.notMatch(loaded, /src\/traces\//)
})
