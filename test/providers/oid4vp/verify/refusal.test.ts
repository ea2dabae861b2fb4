import { readFileSync } from 'node:fs'
import t from 'tap'
import { Failure } from '../../../../src/domain/failure.ts'
import { refusalOf, refusals, refuse } from '../../../../src/providers/oid4vp/verify/refusal.ts'

void t.test('every code is documented, with its words', async t => {
  const documented = readFileSync(new URL('../../../../docs/wallets.md', import.meta.url), 'utf8').matchAll(/^\| `([a-z_]+)` \| (.+) \|$/gm)
  t.strictSame(Object.fromEntries([...documented].map(([, code, words]) => [code, words])), refusals)
})

void t.test('only a presentation that was refused has a code', async t => {
  t.equal(refusalOf(refuse('nonce_mismatch')), 'nonce_mismatch')
  t.equal(refusalOf(new Failure('ADDRESS_AWAY')), undefined)
  t.equal(refusalOf(new TypeError('nonce_mismatch')), undefined)
})
