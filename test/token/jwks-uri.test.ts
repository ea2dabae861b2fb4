import t from 'tap'
import { Failure } from '../../src/domain/failure.ts'
import { createJwksUris } from '../../src/token/jwks-uri.ts'
import { pairOf } from './jwt.ts'

const [one, two] = [{ ...pairOf('P-256').jwk, kid: 'one' }, { ...pairOf('P-256').jwk, kid: 'two' }]
const url = 'https://a.example/jwks'
const minute = 60_000

function open () {
  const far = { now: 0, fetches: 0, reply: async (): Promise<{ status: number, body: string }> => ({ status: 200, body: '' }) }
  const serve = (...keys: readonly object[]) => { far.reply = async () => ({ status: 200, body: JSON.stringify({ keys }) }) }
  const keysAt = createJwksUris({ now: () => far.now, fetchGuarded: async () => { far.fetches++; return far.reply() } })
  const kidsAt = async (kid?: string) => (await keysAt(url, kid)).map(key => key.kid)
  return { far, serve, kidsAt, keysAt }
}

void t.test('keys are fetched once for many who ask, and kept for ten minutes', async t => {
  const { far, serve, kidsAt } = open()
  serve(one)
  t.strictSame(await Promise.all([kidsAt('one'), kidsAt('one'), kidsAt()]), [['one'], ['one'], ['one']])
  far.now = 9 * minute
  await kidsAt('one')
  t.equal(far.fetches, 1)
  far.now = 11 * minute
  await kidsAt('one')
  t.equal(far.fetches, 2)
})

void t.test('a client that rotates its keys is understood at once', async t => {
  const { far, serve, kidsAt } = open()
  serve(one)
  await kidsAt('one')
  far.now = minute
  serve(two)
  t.strictSame(await kidsAt('two'), ['two'])
  t.strictSame(await kidsAt('one'), [])
})

void t.test('wrong kids do not flood the other side', async t => {
  const { far, serve, kidsAt } = open()
  serve(one)
  for (let at = 0; at < 100; at++) t.strictSame(await kidsAt(`wrong ${at}`), [])
  t.equal(far.fetches, 1)
  far.now = minute / 2
  await kidsAt('wrong')
  t.equal(far.fetches, 2)
})

void t.test('while the other side is away the former keys do, for an hour', async t => {
  const { far, serve, kidsAt } = open()
  serve(one)
  await kidsAt('one')
  for (const reply of [async () => { throw new Failure('ADDRESS_AWAY') }, async () => ({ status: 500, body: '{"keys":[]}' }), async () => ({ status: 200, body: '<html>' })]) {
    far.reply = reply
    far.now += 15 * minute
    t.strictSame(await kidsAt('one'), ['one'])
  }
  far.now += 16 * minute
  await t.rejects(kidsAt('one'), { code: 'CLIENT_INVALID', reason: /jwks_uri/ })
})

void t.test('what is no JWK Set gives no keys', async t => {
  for (const body of ['', 'null', '[]', '{"keys":{}}', '{"keys":"a"}', '{"__proto__":{"keys":[]},"keys":[]}']) {
    const { far, kidsAt } = open()
    far.reply = async () => ({ status: 200, body })
    await t.rejects(kidsAt(), { code: 'CLIENT_INVALID' }, body)
  }
})

void t.test('keys that are not taken here are passed over', async t => {
  const { serve, kidsAt } = open()
  serve({ kty: 'oct', k: 'aGVsbG8', kid: 'hmac' }, one, pairOf('weak RSA').jwk, { kty: 'new' }, ...[null, 1, 'a'] as unknown as object[])
  t.strictSame(await kidsAt(), ['one'])
})
