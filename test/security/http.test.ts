import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { callbackPath, hardened, id, kept, openFace } from './open-face.ts'
import { sendRaw } from './raw.ts'

const path = '/v1/tokenio/callback'
const close = 'Connection: close\r\n'
const post = (body: string | Buffer, more = '', length: number | string = Buffer.byteLength(body)) =>
  Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\nHost: x\r\n${close}Content-Type: application/json\r\n${more}Content-Length: ${length}\r\n\r\n`), Buffer.from(body)])
const get = (url: string, more = '') => `GET ${url} HTTP/1.1\r\nHost: x\r\n${close}${more}\r\n`
const valid = JSON.stringify({ 'request-id': id, request_id: id })

void t.test('what is malformed, too large or ambiguous is refused in one form, with every header, and changes nothing', async t => {
  const { app, parts } = await openFace(t, { bodyLimit: 4096 })
  const rows: readonly (readonly [claim: string, bytes: string | Buffer, status: number])[] = [
    ['a method of nobody', `BREW ${path} HTTP/1.1\r\nHost: x\r\n\r\n`, 400],
    ['a method that nothing takes', `PROPFIND ${path} HTTP/1.1\r\nHost: x\r\n${close}\r\n`, 404],
    ['TRACE', `TRACE ${path} HTTP/1.1\r\nHost: x\r\n${close}\r\n`, 405],
    ['CORS preflight of no path', `OPTIONS * HTTP/1.1\r\nHost: x\r\n${close}Origin: https://a.example\r\nAccess-Control-Request-Method: POST\r\n\r\n`, 404],
    ['a method in small letters', `get /livez HTTP/1.1\r\nHost: x\r\n${close}\r\n`, 400],
    ['a host before the path, of the ops listener', get('http://127.0.0.1:8081/metrics'), 404],
    ['two slashes', get(`//evil.example${path}`), 404],
    ['a slash that is escaped', get('/v1/tokenio%2fcallback'), 404],
    ['lines in a path', get('/v1/callback/%0d%0aSet-Cookie:%20a=b?error=x'), 403],
    ['chunks in HTTP/1.0', `POST ${path} HTTP/1.0\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`, 400],
    ['HTTP/1.2', `GET /livez HTTP/1.2\r\nHost: x\r\n${close}\r\n`, 400],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['an extension of a chunk without end', `POST ${path} HTTP/1.1\r\nHost: x\r\n${close}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2;a=${'x'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`, 400],
    ['thousands of headers', get('/livez', 'a: 1\r\n'.repeat(3_000)), 431],
    ['another method in a header', post('{}', 'X-HTTP-Method-Override: GET\r\n'), 400],
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['no Host', `GET ${callbackPath} HTTP/1.1\r\n${close}\r\n`, 400],
    ['two Hosts', get(callbackPath, 'host: y\r\n'), 400],
    ['two media types', post(valid, 'content-type: text/plain\r\n'), 400],
    ['two tokens', get(callbackPath, 'Authorization: Bearer a\r\nauthorization: Bearer b\r\n'), 400],
    ['an expectation that nobody meets', get('/metrics', 'Expect: 200-ok\r\n'), 404],
    ['headers of more than 16 KiB', get(callbackPath, `X: ${'x'.repeat(17_000)}\r\n`), 431],
    ['a query of more than 16 KiB', get(`${callbackPath}&message=${'x'.repeat(17_000)}`), 431],
    ['two lengths', post(valid, `Content-Length: ${valid.length + 1}\r\n`), 400],
    ['a length and chunks', post(valid, 'Transfer-Encoding: chunked\r\n'), 400],
    ['a length that is none', post(valid, '', '1x'), 400],
    ['a negative length', post(valid, '', '-1'), 400],
    ['a length below the body', post(valid, '', valid.length - 1), 400],
    ['chunks of a lying length', `POST ${path} HTTP/1.1\r\nHost: x\r\n${close}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`, 400],
    ['an unknown coding', `POST ${path} HTTP/1.1\r\nHost: x\r\n${close}Content-Type: application/json\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`, 400],
    ['a space before the colon', get(callbackPath, 'Content-Length : 0\r\n'), 400],
    ['a header with a bare line feed', get(callbackPath, 'X: a\nTransfer-Encoding: chunked\r\n'), 400],
    ['a folded header', get(callbackPath, 'X: a\r\n b\r\n'), 400],
    ['NUL in a header', get(callbackPath, 'X: \u0000\r\n'), 400],
    ['a body beyond the limit', post(JSON.stringify({ a: 'x'.repeat(5000) })), 413],
    ['a body that is announced beyond it', post('{}', '', 10_000_000), 413],
    ['chunks beyond it', `POST ${path} HTTP/1.1\r\nHost: x\r\n${close}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1400\r\n${'x'.repeat(0x1400)}\r\n0\r\n\r\n`, 413],
    ['XML', `POST ${path} HTTP/1.1\r\nHost: x\r\n${close}Content-Type: application/xml\r\nContent-Length: 4\r\n\r\n<a/>`, 415],
    ['a body in gzip', post(valid, 'Content-Encoding: gzip\r\n'), 415],
    ['a name twice', post(`{"request-id":"${id}","request_id":"${id}","request_id":"${id}"}`), 400],
    ['a name twice that nobody reads', post(`{"request-id":"${id}","request_id":"${id}","x":1,"x":2}`), 400],
    ['__proto__', post(`{"request-id":"${id}","request_id":"${id}","__proto__":{"a":1}}`), 400],
    ['constructor.prototype', post(`{"request-id":"${id}","request_id":"${id}","constructor":{"prototype":{"a":1}}}`), 400],
    ['bytes that are no UTF-8', post(Buffer.from(`{"request-id":"${id}","request_id":"${id}","message":"\xff"}`, 'latin1')), 400],
    ['too deep', post(`{"request-id":"${id}","request_id":"${id}","x":${'['.repeat(100)}${']'.repeat(100)}}`), 400],
    ['a query that is no UTF-8', get(`${callbackPath}&message=%ff`), 400],
    ['a broken escape', get(`${callbackPath}&message=%E0%A4%A`), 400],
    ['raw bytes in the query', Buffer.from(get(`${callbackPath}&message=\xe9`), 'latin1'), 400],
    ['65 parameters', get(`${callbackPath}${'&a=1'.repeat(63)}`), 400],
    ['a parameter twice', get(`${callbackPath}&request-id=${id}`), 400],
    ['a parameter twice that nobody reads', get(`${callbackPath}&utm=1&utm=2`), 400],
    ['a parameter as a list', get(callbackPath.replace('request_id', 'request_id[]')), 400],
    ['a path that cannot be decoded', get('/v1/callback/%ff'), 400],
    ['a key that is too long', get(`/v1/callback/${'k'.repeat(600)}?response_code=1`), 400],
    ['a path that is not there', get('/v1/tokenio/callback/../../etc/passwd'), 404],
    ['a path of the ops listener', get('/metrics'), 404],
    ['HEAD, of a link scanner', `HEAD ${callbackPath} HTTP/1.1\r\nHost: x\r\n${close}\r\n`, 405],
    ['OPTIONS of a path that pages may not call', `OPTIONS ${path} HTTP/1.1\r\nHost: x\r\n${close}\r\n`, 405],
    ['PUT', `PUT ${path} HTTP/1.1\r\nHost: x\r\n${close}Content-Length: 0\r\n\r\n`, 405],
  ]
  for (const [claim, bytes, status] of rows) {
    const answer = await sendRaw(app.server, bytes)
    t.match(answer, { status, headers: hardened }, claim)
    for (const name of ['server', 'x-powered-by']) t.notOk(answer.headers[name], claim)
    if (claim.startsWith('HEAD')) { t.equal(answer.headers.allow, 'GET, POST'); continue }
    t.match(JSON.parse(answer.body.split('HTTP/1.1')[0] ?? ''), { name: String, message: String, httpStatusCode: status, traceId: /^[0-9a-f]{32}$/, details: Array }, claim)
    t.notMatch(answer.body, /node|fastify|undici|FST_|HPE_|\/src\/|3SVzg/i, claim)
  }
  t.equal(await kept(parts), 0)
})

void t.test('what was sent under a name of a prototype changes no prototype and is not read', async t => {
  const { app } = await openFace(t)
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '__proto__[x]', 'constructor.prototype.x']) {
    const answer = await app.inject(`${callbackPath}&${name}=1`)
    t.equal(answer.statusCode, 200, name)
  }
  t.equal(({} as { x?: unknown }).x, undefined)
  t.equal((await app.inject('/v1/tokenio/callback?__proto__=1&constructor=1')).statusCode, 400)
})

void t.test('nobody is connected through to elsewhere', async t => {
  const { app } = await openFace(t)
  for (const target of ['evil.example:443', '127.0.0.1:8081', '/livez']) t.equal((await sendRaw(app.server, `CONNECT ${target} HTTP/1.1\r\nHost: x\r\n\r\nGET /livez HTTP/1.1\r\nHost: x\r\n\r\n`)).whole, '', target)
})

void t.test('an upgrade to anything but a WebSocket is not taken up', async t => {
  const { app } = await openFace(t, { upgrades: { path: '/mqtt', accept: () => { throw new Error('taken up') } } })
  t.match(await sendRaw(app.server, get('/mqtt', 'Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk\r\n')), { status: 404 })
})

void t.test('a slow client is cut off, while others are served', async t => {
  const { app } = await openFace(t)
  app.server.headersTimeout = 200
  app.server.requestTimeout = 400
  const { port } = app.server.address() as AddressInfo
  const slow = await Promise.all(['GET /livez HTTP/1.1\r\nHost: ', `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`].map(async begin => {
    const socket = connect(port, '127.0.0.1')
    socket.write(begin)
    let answer = ''
    socket.on('data', chunk => { answer += String(chunk) })
    const drip = setInterval(() => socket.write('x'), 100)
    t.teardown(() => { clearInterval(drip); socket.destroy() })
    socket.on('error', () => {})
    return { ended: once(socket, 'close').then(() => { clearInterval(drip); return answer }) }
  }))
  await sleep(50)
  t.equal((await fetch(`http://127.0.0.1:${port}${callbackPath}`)).status, 200)
  for (const { ended } of slow) t.match(await ended, /^HTTP\/1\.1 408 .*strict-transport-security/s)
})
