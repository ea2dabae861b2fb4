import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'
import { startProcess } from '../process.ts'
import { startTokenio } from '../tokenio-server.ts'

const canary = 'CANARY-5e81'
const secrets = { TOKENIO_API_KEY: `${canary}-api-key`, OPS_TOKEN: `${canary}-ops-token-sesame`, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_EXPORTER_OTLP_HEADERS: `authorization=${canary}-header` }
const { paths } = JSON.parse(readFileSync(new URL('../../openapi/openapi.json', import.meta.url), 'utf8')) as { readonly paths: { readonly [path: string]: { readonly [member: string]: { readonly operationId?: string } } } }

/** Every operation of both listeners, as the document has them. */
const operations = Object.entries(paths).flatMap(([path, item]) => Object.entries(item).filter(([, { operationId }]) => operationId !== undefined)
  .map(([method, { operationId }]) => ({ name: String(operationId), method: method.toUpperCase(), path, isOps: 'servers' in item })))

const json = (value: object) => ({ headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) })
const query = new URLSearchParams({ [canary]: canary, key: canary, since: canary, 'request-id': canary, error: canary, message: canary }).toString()
const bodies: readonly { readonly headers?: { readonly [name: string]: string }, readonly body?: string }[] = [
  {},
  json({ [canary]: canary, state: canary, vp_token: canary, provider: canary, key: canary, since: canary, client_assertion: canary, credentials: { otp: canary } }),
  { headers: { 'content-type': 'application/json' }, body: `{"${canary}": ${canary}` },
  { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ state: canary, vp_token: canary, otp: canary, [canary]: canary }).toString() },
  { headers: { 'content-type': `text/${canary}` }, body: canary },
]

void t.test('on every route of both listeners, whatever goes wrong: no line of the log has what a client sent, or a secret of ours', { timeout: 110_000 }, async t => {
  const tokenio = await startTokenio()
  t.teardown(tokenio.close)
  const running = await startProcess(t, { ...secrets, TOKENIO_URL: tokenio.url, LOG_LEVEL: 'trace' })
  t.ok(operations.length > 40, `${operations.length} operations`)

  for (const { name, method, path, isOps } of operations) {
    const url = `${isOps ? running.ops : running.url}${path.replaceAll(/\{\w+\}/g, canary)}?${query}`
    for (const { headers = {}, ...body } of method === 'GET' ? bodies.slice(0, 1) : bodies) {
      for (const authorization of [`Bearer ${canary}`, `Bearer ${secrets.OPS_TOKEN}`]) {
        for (const accept of ['application/json', 'text/html']) {
          const reply = await fetch(url, { method, ...body, redirect: 'manual', headers: { ...headers, accept, authorization, cookie: canary, 'user-agent': canary, traceparent: canary } })
          if (reply.status >= 400) t.notMatch(await reply.text(), canary, `${name} answered ${reply.status}`)
          else await reply.body?.cancel()
        }
      }
    }
  }
  if (existsSync('/proc/self/cmdline')) t.notMatch(readFileSync(`/proc/${running.child.pid}/cmdline`, 'utf8'), canary, 'nor has the title of the process')
  await running.stop()
  const lines = JSON.stringify(running.lines)
  t.ok(running.lines.length > operations.length, `${running.lines.length} lines`)
  t.notMatch(lines, canary)
  t.notMatch(running.complaints(), canary)
})
