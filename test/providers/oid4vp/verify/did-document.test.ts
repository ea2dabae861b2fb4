import t from 'tap'
import type { JsonObject } from '../../../../src/domain/callback.ts'
import { keyOfDidUrl, type Purpose } from '../../../../src/providers/oid4vp/verify/did-document.ts'
import { partyOf } from '../wallet.ts'

const party = partyOf('P-256')
const other = partyOf('Ed25519')
const method = (id: string, more: JsonObject = {}): JsonObject => ({ id, type: 'JsonWebKey', publicKeyJwk: party.jwk, ...more })

async function keyIn (document: (did: string) => JsonObject, url: string, purpose: Purpose = 'assertionMethod') {
  const asked: string[] = []
  const fetchGuarded = async (address: string) => { asked.push(address); return { status: 200, body: JSON.stringify(document(url.split('#', 1)[0] ?? '')) } }
  const found = await keyOfDidUrl(url, purpose, { fetchGuarded }).then(({ key }) => key.export({ format: 'jwk' }), (thrown: { reason: string }) => thrown.reason)
  return { asked, found: typeof found === 'string' ? found : found.x }
}

const whole = (did: string): JsonObject => ({ id: did, verificationMethod: [method(`${did}#k`), method(`${did}#other`, { publicKeyJwk: other.jwk })], assertionMethod: ['#k'], authentication: [`${did}#other`] })

void t.test('a document is where its DID says', async t => {
  for (const [url, address] of [
    ['did:web:a.example#k', 'https://a.example/.well-known/did.json'],
    ['did:web:a.example%3A8443#k', 'https://a.example:8443/.well-known/did.json'],
    ['did:web:a.example:team:b%2Cc#k', 'https://a.example/team/b%2Cc/did.json'],
    ['did:web:a.example', 'https://a.example/.well-known/did.json'],
  ] as const) t.strictSame(await keyIn(whole, url), { asked: [address], found: party.jwk.x }, url)
})

void t.test('a DID that would be read as another address is asked nothing', async t => {
  for (const did of [
    'a.example%2Fb', 'a.example%3Fb', 'a.example%23b', 'a.example%40evil.example', 'a%40evil.example', 'a.example%5Cb', 'a.example%3A443%2Fb', 'a.example%3A', 'a.example%3Ax', 'a.example/b', 'a.example?b',
    'a.example:..:b', 'a.example:.:b', 'a.example::b', 'a.example:b%2F..%2Fc', 'a.example:%2e%2e:b', 'a.example:b%3Fc', 'a.example:b%5Cc', 'a.example:b%23c', '', ':a', '%', 'a.example:%ff', 'a.example%0A', 'a.example%00',
  ]) t.strictSame(await keyIn(whole, `did:web:${did}`), { asked: [], found: 'issuer_key_unresolvable' }, did)
})

void t.test('only a key that the document has for this purpose, and calls its own, is one', async t => {
  const did = 'did:web:a.example'
  for (const [claim, document, url, purpose] of [
    ["another's document", () => whole('did:web:b.example'), `${did}#k`],
    ['a key for another purpose', whole, `${did}#other`],
    ['a key for another purpose, the other way', whole, `${did}#k`, 'authentication'],
    ['a key that is not there', whole, `${did}#none`],
    ['one of several, unnamed', () => ({ ...whole(did), assertionMethod: ['#k', '#other'] }), did],
    ['two of one name', () => ({ id: did, assertionMethod: [method('#k', { publicKeyJwk: other.jwk }), method('#k')] }), `${did}#k`],
    ["another's key", () => ({ id: did, assertionMethod: [method('#k', { controller: 'did:web:b.example' })] }), `${did}#k`],
    ["a key under another's name", () => ({ id: did, assertionMethod: [method('did:web:b.example#k')] }), 'did:web:a.example#k'],
    ['a secret key', () => ({ id: did, assertionMethod: [method('#k', { publicKeyJwk: { ...party.jwk, d: 'AAAA' } })] }), `${did}#k`],
    ['no key', () => ({ id: did, assertionMethod: [{ id: '#k' }] }), `${did}#k`],
    ['no lists', () => ({ id: did, verificationMethod: { id: '#k' }, assertionMethod: '#k' }), `${did}#k`],
    ['a list', () => [] as unknown as JsonObject, `${did}#k`],
  ] as readonly (readonly [string, (did: string) => JsonObject, string, Purpose?])[]) t.equal((await keyIn(document, url, purpose)).found, 'issuer_key_unresolvable', claim)
  t.equal((await keyIn(() => ({ id: did, assertionMethod: [method('#k', { publicKeyJwk: null, publicKeyMultibase: party.did.slice(8) })] }), `${did}#k`)).found, party.jwk.x, 'as Multikey, in its place')
})

void t.test('a DID that is its own key has no other', async t => {
  for (const url of [`${party.did}#${other.did.slice(8)}`, `${party.did}#`, `${party.did}?a#${party.did.slice(8)}`, `${party.did}/a`, 'did:key:', 'did:jwk:AAAA', 'did:example:a', 'https://a.example#k', '']) {
    t.strictSame(await keyIn(whole, url), { asked: [], found: 'issuer_key_unresolvable' }, url)
  }
})

void t.test('a document of thousands of keys keeps nobody busy: the work grows with its length, and no faster', async t => {
  const ids = Array.from({ length: 20_000 }, (_, at) => `#${at}`)
  const crowded = (did: string): JsonObject => ({ id: did, assertionMethod: ids, verificationMethod: [...ids.map(id => ({ id })), method('#k')] })
  t.ok(JSON.stringify(crowded('did:web:a.example')).length < 512 * 1024, 'such a one can be fetched')
  const since = performance.now()
  t.match(await keyIn(crowded, 'did:web:a.example#k'), { found: 'issuer_key_unresolvable' })
  t.ok(performance.now() - since < 3_000, 'it would be half a minute if each were compared with each')
})
