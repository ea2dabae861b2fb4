import t from 'tap'
import { createReturnUrls } from '../../src/routes/return-origins.ts'
import { onwardUrlOf } from '../../src/routes/visits/onward-url.ts'
import { httpsUrl } from '../../src/providers/tokenio/https-url.ts'
import { callbackPath, id, openFace } from './open-face.ts'

const { faultsOf, normal } = createReturnUrls({ origins: ['https://app.example', 'https://app.example:8443', 'http://localhost:3000'] })

/** Tricks against whoever compares URLs as texts. None of them names an allowed origin. */
const tricks = [
  'https://evil.example', 'https://app.example.evil.example', 'https://evil.example/app.example', 'https://evil.example#app.example', 'https://evil.example?https://app.example',
  'https://app.example@evil.example', 'https://app.example:443@evil.example', 'https://app.example%40evil.example', 'https://evil.example\\@app.example', 'https://app.example\\.evil.example',
  'https://app.example;evil.example', 'https://app.example%2eevil.example', 'https://appXexample', 'https://xapp.example', 'https://app.example:444', 'https://app.example:80',
  '//evil.example', '///evil.example', '\\\\evil.example', '/\\evil.example', '/', '/path', 'path', '', '?', '#', 'evil.example', 'app.example', 'https:', 'https://', 'https:///',
  'http://app.example', 'HTTP://app.example', 'ftp://app.example', 'ws://app.example', 'wss://app.example', 'blob:https://app.example/1', 'filesystem:https://app.example/x', 'view-source:https://app.example',
  'javascript:alert(1)//https://app.example', 'java\tscript:alert(1)', ' javascript:alert(1)', 'data:text/html,x', 'vbscript:x', 'file:///etc/passwd', 'intent://app.example#Intent;end', 'app.example:443',
  'https://user@app.example', 'https://user:secret@app.example', 'https://:secret@app.example', 'https://app.example.', 'https://аpp.example', 'https://xn--pp-flc.example', 'https://app。example.evil.example',
  'https://app.example/\\evil.example', ' https://app.example', 'https://app.exa\tmple', 'https:\n//app.example', 'https://app.example/a b',
  'https://[::1]', 'https://127.0.0.1', 'http://127.0.0.1:3000', 'http://localhost:3001', 'http://localhost.evil.example:3000', 'https://app.example\u0000.evil.example', 'https://app.example\r\n.evil.example',
]

void t.test('a registration sends its user to an allowed origin and nowhere else, however it is written', async t => {
  for (const trick of tricks) t.strictSame(faultsOf(trick).map(({ field }) => field), ['returnUrl'], JSON.stringify(trick))
  for (const url of ['https://app.example', 'https://APP.example/a?b=c#d', 'https://app.example:443/', 'https://app.example:8443/x', 'http://localhost:3000/x', 'https://app.example//evil.example']) {
    t.strictSame(faultsOf(url), [], url)
    t.match(new URL(normal(url)).origin, /^(https:\/\/app\.example(:8443)?|http:\/\/localhost:3000)$/, url)
    t.equal(new URL(onwardUrlOf(normal(url), { status: 'completed', key: 'a\r\nLocation: https://evil.example' })).origin, new URL(normal(url)).origin, url)
    t.notMatch(onwardUrlOf(normal(url), { status: 'completed', key: 'a\r\nX: y' }), /[\r\n]/)
  }
})

void t.test('no route takes such a registration', async t => {
  const { app, token } = await openFace(t)
  for (const returnUrl of tricks) {
    const reply = await app.inject({ method: 'POST', url: '/v1/registrations', headers: { authorization: `Bearer ${token}` }, payload: { provider: 'tokenio', key: id, returnUrl } })
    t.match([reply.statusCode, reply.json<{ details: unknown[] }>().details], [400, [{ field: 'returnUrl' }]], JSON.stringify(returnUrl))
    t.notMatch(reply.payload, /evil/)
  }
})

void t.test('a redirect is a 303 to what was registered, whatever the callback brings', async t => {
  const { app, token } = await openFace(t)
  const made = await app.inject({ method: 'POST', url: '/v1/registrations', headers: { authorization: `Bearer ${token}` }, payload: { provider: 'tokenio', key: id, returnUrl: 'https://app.example/done?a=b' } })
  t.equal(made.statusCode, 201)
  for (const name of ['', 'returnUrl', 'return_url', 'redirect_uri', 'redirect', 'url', 'next', 'state', 'callback', 'successUrl']) {
    const reply = await app.inject({ url: `${callbackPath}${name === '' ? '' : `&${name}=https://evil.example`}`, headers: { accept: 'text/html', host: 'evil.example', referer: 'https://evil.example' } })
    t.equal(reply.statusCode, 303, name)
    t.match(String(reply.headers.location), /^https:\/\/app\.example\/done\?a=b&status=\w+&key=rq%3A/, name)
  }
})

void t.test("where a provider's reply may send a browser: https, nobody's password in it", async t => {
  for (const url of ['http://bank.example', 'javascript:alert(1)', 'data:text/html,x', '//bank.example', '/x', 'https://user:secret@bank.example', 'https://user@bank.example', '', 'https://', ` ${'x'.repeat(5000)}`, 1, null, undefined, {}, ['https://bank.example']]) {
    t.equal(httpsUrl(url), undefined, JSON.stringify(url))
  }
  t.equal(httpsUrl('https://bank.example/a?b=c'), 'https://bank.example/a?b=c')
})
