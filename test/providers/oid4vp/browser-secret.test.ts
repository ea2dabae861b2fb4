import t from 'tap'
import { isOfBrowser, secretIn } from '../../../src/providers/oid4vp/browser-secret.ts'
import { browserSecret, browserSecretHash } from './open-registered.ts'

void t.test('a secret is proved by its hash, and where none is registered nothing is to be proved', async t => {
  t.equal(isOfBrowser(browserSecret, browserSecretHash), true)
  for (const secret of [undefined, '', 'other', browserSecretHash]) t.equal(isOfBrowser(secret, browserSecretHash), false, secret ?? 'none')
  t.equal(isOfBrowser('', '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU'), false, 'nothing is no secret, even where its hash is registered')
  t.equal(isOfBrowser(undefined, undefined), true)
})

void t.test('the secret is the one of its cookie', async t => {
  for (const [header, secret] of [
    ['__Secure-browser-secret=a', 'a'], ['x=1;__Secure-browser-secret=a==;y', 'a=='], ['__Secure-browser-secret="a"', 'a'], [' __Secure-browser-secret = a ', 'a'],
    [undefined, undefined], ['', undefined], ['__Secure-browser-secret', undefined], ['__Secure-browser-secret=', undefined], ['__Secure-browser-secret=a; __Secure-browser-secret=a', undefined],
  ] as const) t.equal(secretIn(header), secret, header ?? 'no header')
})
