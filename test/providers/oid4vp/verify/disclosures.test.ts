import t from 'tap'
import { assertDisclosures, digestOf } from '../../../../src/providers/oid4vp/verify/disclosures.ts'
import { encoded } from '../wallet.ts'

const hashOf = (disclosure: string) => digestOf(disclosure, 'sha-256').toString('base64url')
const claim = (name: unknown, value: unknown) => encoded(['salt', name, value] as never)
const element = (value: unknown) => encoded(['salt', value] as never)

const [email, street, status] = [claim('email', 'a@example.com'), claim('street', 'A 1'), claim('status', 'employed')]
const address = claim('address', { _sd: [hashOf(street)] })

void t.test('what an issuer signed stands in its place, at any depth', t => {
  for (const [name, payload, disclosures] of [
    ['none', { _sd: [hashOf(email)] }, []],
    ['one', { _sd: [hashOf(email)] }, [email]],
    ['one in another', { _sd: [hashOf(address)] }, [street, address]],
    ['one of a list', { list: ['a', { '...': hashOf(element('b')) }] }, [element('b')]],
    ['a registered name further down', { employment: { _sd: [hashOf(status)] } }, [status]],
    ['equal names at different places', { _sd: [hashOf(email)], work: { _sd: [hashOf(claim('email', 'b'))] } }, [email, claim('email', 'b')]],
  ] as const) t.doesNotThrow(() => assertDisclosures(payload, disclosures, 'sha-256'), name)
  t.end()
})

// RFC 9901 §7.1, step 3
void t.test('everything else is refused', t => {
  const twin = claim('email', 'b@example.com')
  for (const [name, payload, disclosures] of [
    ['one that nobody signed', {}, [email]],
    ['one twice', { _sd: [hashOf(email)] }, [email, email]],
    ['one digest at two places', { _sd: [hashOf(email)], a: { _sd: [hashOf(email)] } }, [email]],
    ['a name that is there openly', { email: 'b@example.com', _sd: [hashOf(email)] }, [email]],
    ['two values for one name', { _sd: [hashOf(email), hashOf(twin)] }, [email, twin]],
    ['an element where a claim belongs', { _sd: [hashOf(element('b'))] }, [element('b')]],
    ['a claim where an element belongs', { list: [{ '...': hashOf(email) }] }, [email]],
    ['one inside of one that is not disclosed', { _sd: [hashOf(address)] }, [street]],
    ['a name that is none', { _sd: [hashOf(claim(5, 'a'))] }, [claim(5, 'a')]],
    ['the name of digests', { _sd: [hashOf(claim('_sd', []))] }, [claim('_sd', [])]],
    ['the name of an element', { a: { _sd: [hashOf(claim('...', 'a'))] } }, [claim('...', 'a')]],
    ['the name of the algorithm', { _sd: [hashOf(claim('_sd_alg', 'md5'))] }, [claim('_sd_alg', 'md5')]],
    ['what an issuer must say openly', { _sd: [hashOf(status)] }, [status]],
    ['digests that are no list', { _sd: hashOf(email) }, []],
    ['a digest that is none', { _sd: [5] }, []],
    ['an element with something beside', { list: [{ '...': hashOf(element('b')), a: 1 }] }, [element('b')]],
    ['an element outside of a list', { a: { '...': hashOf(element('b')) } }, [element('b')]],
    ['four parts', { _sd: [hashOf(encoded(['a', 'b', 'c', 'd'] as never))] }, [encoded(['a', 'b', 'c', 'd'] as never)]],
  ] as const) t.throws(() => assertDisclosures(payload, disclosures, 'sha-256'), { code: 'PRESENTATION_REFUSED', reason: 'disclosure_invalid' }, name)
  t.end()
})

void t.test('one in another, far deeper than a stack goes, is refused', t => {
  const within = (digest: string, levels = 60): object => levels === 0 ? { _sd: [digest] } : { a: within(digest, levels - 1) }
  const chain = [email]
  while (chain.length < 500) chain.push(claim('a', within(hashOf(chain.at(-1) ?? ''))))
  t.throws(() => assertDisclosures({ _sd: [hashOf(chain.at(-1) ?? '')] }, chain, 'sha-256'), { code: 'PRESENTATION_REFUSED', reason: 'disclosure_invalid' })
  t.end()
})

void t.test('only hashes that are safe are taken, by their registered names', t => {
  for (const name of ['sha-256', 'sha-384', 'sha-512']) t.ok(digestOf('a', name).length >= 32, name)
  for (const name of ['md5', 'sha-1', 'sha256', 'SHA-256', 'constructor', '__proto__', '', 'undefined']) t.throws(() => digestOf('a', name), { code: 'PRESENTATION_REFUSED', reason: 'algorithm_unsupported' }, name)
  t.end()
})
