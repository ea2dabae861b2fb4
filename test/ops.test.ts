import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { openAppParts } from './app-parts.ts'
import { buildApp } from '../src/app.ts'
import { buildOps } from '../src/ops.ts'

const token = 'sesame-sesame-sesame'
const log = pino({ level: 'silent' })
const paths = ['/docs', '/openapi.json', '/openapi.yaml', '/asyncapi.json', '/asyncapi.yaml']

async function openOps (t: Test, parts: { readonly token?: string, readonly failing?: boolean } = {}) {
  const checks = async () => ({ journal: { status: parts.failing === true ? 'failing' as const : 'ok' as const } })
  const { parts: { journal } } = await openAppParts(t)
  const ops = await buildOps({ checks, journal, log, ...parts })
  t.teardown(() => ops.close())
  const get = async (url: string, headers: { readonly [name: string]: string } = {}) => ops.inject({ url, headers })
  return { ops, get }
}

void t.test('the documents and the probes are there', async t => {
  const { get } = await openOps(t)
  t.match((await get('/livez')).json(), { status: 'ok' })
  t.match((await get('/readyz')).json(), { status: 'ok', checks: { journal: { status: 'ok' } } })
  t.match((await get('/openapi.json')).json(), { openapi: '3.1.0' })
  t.match((await get('/asyncapi.json')).json(), { asyncapi: '3.0.0' })
  t.match((await get('/openapi.yaml')).body, /^openapi: 3\.1\.0\n/)
  t.match((await get('/asyncapi.yaml')).body, /^asyncapi: 3\.0\.0\n/)
  t.match((await get('/docs')).body, /^<!doctype html>/)
})

void t.test('readiness is what the checks say', async t => {
  const { get } = await openOps(t, { failing: true })
  t.match(await get('/readyz'), { statusCode: 503 })
  t.match(await get('/livez'), { statusCode: 200 })
})

void t.test('with a token, nothing but the probes answers without it', async t => {
  const { get } = await openOps(t, { token })
  const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`
  const rows: readonly (readonly [claim: string, authorization: string | undefined, status: number])[] = [
    ['none', undefined, 401],
    ['empty', '', 401],
    ['a scheme alone', 'Bearer', 401],
    ['another token', 'Bearer sesame-sesame-sesamE', 401],
    ['a part of it', `Bearer ${token.slice(0, -1)}`, 401],
    ['more than it', `Bearer ${token}x`, 401],
    ['the token alone', token, 401],
    ['another scheme', `Digest ${token}`, 401],
    ['a wrong password', basic('ops:wrong'), 401],
    ['the token as the user', basic(`${token}:`), 401],
    ['what is no base64', 'Basic %%%', 401],
    ['the token', `Bearer ${token}`, 200],
    ['the token, scheme in another case', `bearer  ${token}`, 200],
    ['the token as a password', basic(`ops:${token}`), 200],
    ['the token as a password of nobody', basic(`:${token}`), 200],
  ]
  for (const path of paths) {
    for (const [claim, authorization, status] of rows) {
      const reply = await get(path, authorization === undefined ? {} : { authorization })
      t.equal(reply.statusCode, status, `${path} with ${claim}`)
      if (status === 401) t.match(reply, { headers: { 'www-authenticate': ['Bearer', /^Basic /] } })
    }
  }
  t.match((await get('/docs')).json(), { name: 'UnauthorizedError', httpStatusCode: 401 })
  t.match(await get('/nowhere'), { statusCode: 401 }, 'what there is remains unsaid')
  for (const probe of ['/livez', '/readyz']) t.match(await get(probe, { host: 'pod.cluster' }), { statusCode: 200 })
  t.match(await get('/docs', { host: 'ops.example', authorization: `Bearer ${token}` }), { statusCode: 200 }, 'under any name')
})

void t.test('without a token, only a loopback name is answered', async t => {
  const { get } = await openOps(t)
  const rows: readonly (readonly [host: string, status: number])[] = [
    ['127.0.0.1', 200], ['127.0.0.1:8081', 200], ['127.0.0.2:8081', 200], ['localhost', 200], ['LOCALHOST:8081', 200], ['[::1]', 200], ['[::1]:8081', 200],
    ['evil.example', 403], ['evil.example:8081', 403], ['localhost.evil.example', 403], ['127.0.0.1.evil.example', 403], ['evil-localhost', 403], ['localhost@evil.example', 403],
    ['10.0.0.1', 403], ['0.0.0.0:8081', 403], ['[::]', 403], ['[::ffff:127.0.0.1]', 403], ['2130706433', 403], ['localhost:8081:1', 403], ['localhost.', 403],
  ]
  for (const path of [...paths, '/livez', '/readyz', '/nowhere']) {
    for (const [host, status] of rows) {
      const reply = await get(path, { host })
      t.equal(reply.statusCode, status === 200 && path === '/nowhere' ? 404 : status, `${path} at ${host}`)
      if (status === 403) t.match(reply.json(), { name: 'OperationForbiddenError', details: [] })
    }
  }
})

void t.test('a page of another site drives nothing, token or not', async t => {
  const [open, guarded] = [await openOps(t), await openOps(t, { token })]
  const host = 'localhost:8081'
  const rows: readonly (readonly [headers: { readonly [name: string]: string }, status: number])[] = [
    [{}, 200],
    [{ 'sec-fetch-site': 'none' }, 200],
    [{ 'sec-fetch-site': 'same-origin', origin: 'http://localhost:8081' }, 200],
    [{ origin: 'https://localhost:8081' }, 200],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': '' }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'http://localhost:8082' }, 403],
    [{ 'sec-fetch-site': 'none', origin: 'https://evil.example' }, 403],
  ]
  for (const [headers, status] of rows) {
    t.match(await open.get('/docs', { host, ...headers }), { statusCode: status }, JSON.stringify(headers))
    t.match(await guarded.get('/docs', { host, ...headers, authorization: `Bearer ${token}` }), { statusCode: status }, JSON.stringify(headers))
  }
  t.match(await open.ops.inject({ method: 'POST', url: '/docs', headers: { host, origin: 'https://evil.example' } }), { statusCode: 403 })
})

void t.test('a request that names no host is refused', async t => {
  const { ops } = await openOps(t)
  await ops.listen({ host: '127.0.0.1', port: 0 })
  const socket = connect((ops.server.address() as AddressInfo).port, '127.0.0.1')
  t.teardown(() => socket.destroy())
  socket.write('GET /docs HTTP/1.0\r\n\r\n')
  t.match(await text(socket), /^HTTP\/1\.1 403 /)
})

void t.test('errors have the form of every error, methods are refused by name, a browser gets a page', async t => {
  const { ops, get } = await openOps(t)
  t.match((await get('/nowhere')).json(), { name: 'NotFoundError', httpStatusCode: 404, traceId: /^[0-9a-f]{32}$/, details: [] })
  t.match(await ops.inject({ method: 'DELETE', url: '/docs' }), { statusCode: 405, headers: { allow: 'GET' } })
  t.match(await get('/nowhere', { accept: 'text/html' }), { statusCode: 404, headers: { 'content-type': /^text\/html/ } })
})

void t.test('nothing of it answers on the public listener', async t => {
  const app = await buildApp({
    ...(await openAppParts(t)).parts, providers: [], log,
  })
  t.teardown(() => app.close())
  for (const url of paths) t.match(await app.inject({ url }), { statusCode: 404 }, url)
})
