import t from 'tap'
import type { Failure } from '../../src/domain/failure.ts'
import { readClients } from '../../src/token/clients-file.ts'
import { pairOf } from './jwt.ts'

const key = pairOf('P-256')
const good = { client_id: 'app-7', jwks: { keys: [key.jwk] }, scope: 'subscribe' }
const parts = { keysAt: async (url: string, kid: string | undefined) => { throw new Error(`${url} ${kid}`) } }
const read = (...entries: readonly object[]) => readClients(JSON.stringify(entries), parts)

void t.test('a client is read with its keys, those that a kid may mean', async t => {
  const other = pairOf('secp256k1')
  const clients = read({ ...good, jwks: { keys: [{ ...key.jwk, kid: 'a' }, { ...pairOf('P-256').jwk, kid: 'b' }, other.jwk] }, scope: 'subscribe registrations:any subscribe', delegates: ['x'] })
  const client = clients.get('app-7')
  t.match(client, { id: 'app-7', scopes: ['subscribe', 'registrations:any'], delegates: ['x'] })
  t.equal((await client?.keysOf(undefined))?.length, 3)
  t.strictSame((await client?.keysOf('a'))?.map(({ kid }) => kid), ['a', undefined])
  t.equal((await client?.keysOf('c'))?.length, 1)
})

void t.test('keys elsewhere are asked for when they are needed', async t => {
  const client = read({ client_id: 'far', jwks_uri: 'https://a.example/jwks', scope: 'results' }).get('far')
  await t.rejects(async () => client?.keysOf('one'), { message: 'https://a.example/jwks one' })
})

void t.test('an id that is no plain level of a topic is a client all the same', async t => {
  for (const id of ['https://a.example/app?x=1#y', 'a+b', '$SYS', '100%', 'did:web:a.example']) t.ok(read({ ...good, client_id: id }).has(id), id)
})

void t.test('a wrong entry is named with its fault, and no key is repeated', async t => {
  const { d } = key.privateKey.export({ format: 'jwk' })
  for (const [entry, reason] of [
    [{ ...good, client_id: 'default' }, /client_id must NOT be valid/],
    [{ ...good, client_id: '' }, /client_id/],
    [{ ...good, client_id: 'a b' }, /client_id must match/],
    [{ ...good, client_id: 'äpp' }, /client_id must match/],
    [{ ...good, client_id: 'a\u0000' }, /client_id must match/],
    [{ ...good, client_id: undefined }, /client_id/],
    [{ ...good, scope: '' }, /scope/],
    [{ ...good, scope: 'subscribe  results' }, /scope/],
    [{ ...good, scope: 'everything' }, /scope/],
    [{ ...good, scope: 'subscribe\n' }, /scope/],
    [{ ...good, scope: undefined }, /scope/],
    [{ ...good, jwks_uri: 'https://a.example' }, /must NOT be valid/],
    [{ ...good, jwks: undefined }, /jwks or jwks_uri is missing/],
    [{ ...good, jwks: undefined, jwks_uri: 'http://a.example' }, /jwks_uri must match/],
    [{ ...good, jwks: { keys: [] } }, /keys must NOT have fewer/],
    [{ ...good, jwks: { keys: [{ ...key.jwk, d }] } }, /secret/],
    [{ ...good, jwks: { keys: [pairOf('weak RSA').jwk] } }, /2048/],
    [{ ...good, delegates: ['default'] }, /delegates/],
    [{ ...good, delegate: [] }, /additional/],
    [{ client_id: 'did:key:z6Mk', scope: 'subscribe' }, /DID/],
  ] as const) {
    const thrown = t.throws(() => read({ ...good, client_id: 'fine' }, entry), { code: 'SETTINGS_INVALID', reason }) as unknown as Failure
    t.match(thrown.reason, /\/1/, 'which entry it is')
    t.notOk(thrown.reason.includes(String(d)))
  }
  t.throws(() => read(good, good), { code: 'SETTINGS_INVALID', reason: /\/1\/client_id is there twice/ })
  t.throws(() => read({ ...good, scope: 'x' }, { ...good, client_id: 'default' }), { code: 'SETTINGS_INVALID', details: { length: 2 } })
  for (const text of ['', 'null', '{}', '[{', '[1]', '[{"__proto__":{"client_id":"a"}}]']) t.throws(() => readClients(text, parts), { code: 'SETTINGS_INVALID' }, text)
})
