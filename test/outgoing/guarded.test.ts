import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { openGuarded, type GuardedParts } from '../../src/outgoing/guarded.ts'

async function serve (t: Test, answer: RequestListener, parts: GuardedParts = {}) {
  const server = createServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const guarded = openGuarded({ allowPrivate: true, ...parts })
  t.teardown(async () => {
    await guarded.close()
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, fetchGuarded: guarded.fetchGuarded }
}

void t.test('a status and a body are given as they came', async t => {
  const { url, fetchGuarded } = await serve(t, (request, reply) => {
    t.match(request.headers, { 'accept-encoding': 'identity' })
    reply.writeHead(request.url === '/a?b=1' ? 200 : 404).end(`é${request.url}`)
  })
  t.strictSame(await fetchGuarded(`${url}/a?b=1#c`), { status: 200, body: 'é/a?b=1' })
  t.strictSame(await fetchGuarded(url), { status: 404, body: 'é/' })
})

void t.test('what must not be fetched is refused without a look-up or a connection', async t => {
  const guarded = openGuarded({ lookup: (host) => t.fail(`${host} was looked up`) })
  t.teardown(() => guarded.close())
  for (const url of [
    'http://a.example', 'ftp://a.example', 'file:///etc/passwd', 'data:,a', 'a.example', '', 'https://', 'https://user@a.example', 'https://user:secret@a.example',
    'https://127.0.0.1', 'https://127.1', 'https://2130706433', 'https://0x7f.1', 'https://017700000001', 'https://[::1]', 'https://[::ffff:127.0.0.1]', 'https://10.0.0.1:8443/x',
    'https://169.254.169.254/latest/meta-data', 'https://[fd00:ec2::254]', 'https://0', 'https://１２７.0.0.1', 'https://[fe80::1]',
  ]) await t.rejects(guarded.fetchGuarded(url), { code: 'ADDRESS_REFUSED' }, url)
})

void t.test('a name that resolves to a closed address is refused', async t => {
  for (const address of ['127.0.0.1', '10.1.2.3', '169.254.169.254', '::1']) {
    const guarded = openGuarded({ lookup: (_host, _options, found) => found(null, [{ address, family: address.includes(':') ? 6 : 4 }]) })
    await t.rejects(guarded.fetchGuarded('https://rebound.example/x'), { code: 'ADDRESS_REFUSED' }, address)
    await guarded.close()
  }
  const guarded = openGuarded()
  await t.rejects(guarded.fetchGuarded('https://localhost/x'), { code: 'ADDRESS_REFUSED' })
  await guarded.close()
})

void t.test('a name that there is not is refused, and one that cannot be found out now is away', async t => {
  for (const [code, expected] of [['ENOTFOUND', 'ADDRESS_REFUSED'], ['EAI_AGAIN', 'ADDRESS_AWAY']] as const) {
    const guarded = openGuarded({ lookup: (_host, _options, found) => found(Object.assign(new Error(code), { code }), []) })
    await t.rejects(guarded.fetchGuarded('https://nobody.example/x'), { code: expected }, code)
    await guarded.close()
  }
})

void t.test('a redirect is not followed', async t => {
  let asked = 0
  const { url, fetchGuarded } = await serve(t, (_request, reply) => { asked++; reply.writeHead(302, { location: '/elsewhere' }).end('body') })
  await t.rejects(fetchGuarded(url), { code: 'ADDRESS_REFUSED', reason: /redirects/ })
  t.equal(asked, 1)
})

void t.test('a body that is too large is cut, whether its length is said or not', async t => {
  const { url, fetchGuarded } = await serve(t, (request, reply) => {
    const body = Buffer.alloc(512 * 1024 + Number(request.url?.slice(2)), 97)
    if (request.url?.startsWith('/l')) reply.setHeader('content-length', body.length)
    reply.write(body.subarray(0, 1000))
    reply.end(body.subarray(1000))
  })
  for (const how of ['l', 'c']) {
    await t.rejects(fetchGuarded(`${url}/${how}1`), { code: 'ADDRESS_REFUSED', reason: /too large/ }, how)
    t.equal((await fetchGuarded(`${url}/${how}0`)).body.length, 512 * 1024)
  }
})

void t.test('who answers too slowly is left', async t => {
  const { url, fetchGuarded } = await serve(t, (request, reply) => {
    if (request.url === '/body') reply.write('a') // and never the rest
  }, { longest: 100 })
  for (const path of ['/head', '/body']) await t.rejects(fetchGuarded(`${url}${path}`), { code: 'ADDRESS_AWAY', reason: /TimeoutError|23/ }, path)
})

void t.test('it can be called off', async t => {
  const { url, fetchGuarded } = await serve(t, () => {})
  const abort = new AbortController()
  const fetched = fetchGuarded(url, abort.signal)
  abort.abort()
  await t.rejects(fetched, { code: 'ADDRESS_AWAY' })
})

void t.test('nobody there is said without what was asked', async t => {
  const { url, fetchGuarded } = await serve(t, (request) => { request.socket.destroy() })
  const thrown: unknown = await fetchGuarded(`${url}/path?secret=hunter2`).catch((thrown: unknown) => thrown)
  t.match(thrown, { code: 'ADDRESS_AWAY', reason: /UND_ERR_SOCKET/ })
  t.notMatch(JSON.stringify([thrown, String(thrown), (thrown as Error).cause]), /hunter2/)
})
