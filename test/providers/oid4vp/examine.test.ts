import t from 'tap'
import type { Callback } from '../../../src/domain/callback.ts'
import { Failure } from '../../../src/domain/failure.ts'
import type { Registration } from '../../../src/domain/registration.ts'
import { createExamine } from '../../../src/providers/oid4vp/examine.ts'
import { refuse } from '../../../src/providers/oid4vp/verify/refusal.ts'
import { traceparent } from './open.ts'

const registrationOf = (key: string, more: object = {}): Registration =>
  ({ provider: 'oid4vp', key, owner: 'a', subscriber: 'a', expiresAt: Infinity, reply: {}, details: { verify: true, responseCode: `code-of-${key}`, ...more } })
const callbackOf = (vpToken: string): Callback => ({ provider: 'oid4vp', channel: 'back', key: 's', parameters: { vpToken }, reply: { response_code: 'r' }, traceparent })

/** Verifications that end when they are told to. */
function open () {
  const underWay: { readonly vpToken: string, readonly end: (failure?: Failure) => void }[] = []
  const examine = createExamine({
    verify: ({ vpToken }) => new Promise((resolve, reject) => { underWay.push({ vpToken, end: failure => { if (failure === undefined) resolve([]); else reject(failure) } }) }),
  })
  return { examine, underWay }
}

void t.test('one presentation is verified once at a time, and a request has no more under way than it has tries', async t => {
  const { examine, underWay } = open()
  const registration = registrationOf('s')
  const same = Array.from({ length: 10 }, () => examine(callbackOf('a'), registration))
  const others = ['b', 'c'].map(async vpToken => examine(callbackOf(vpToken), registration))
  await t.rejects(examine(callbackOf('d'), registration), { code: 'OVERLOADED', status: 503 }, 'or a burst of them would ask about as many issuers as it likes')
  const elsewhere = examine(callbackOf('d'), registrationOf('other'))
  t.equal(underWay.length, 4)
  for (const { vpToken, end } of underWay) end(vpToken === 'b' ? refuse('nonce_mismatch') : undefined)
  t.equal(new Set(await Promise.all(same)).size, 1)
  t.match(await Promise.all(others), [{ parameters: { refused: String }, incidental: { refusal: 'nonce_mismatch' }, refused: [{ field: 'vp_token' }], reply: undefined }, { parameters: { vpToken: 'c' } }])
  await elsewhere
  const again = examine(callbackOf('d'), registration)
  underWay.at(-1)?.end()
  t.match(await again, { incidental: { presentations: [] } }, 'then there is room again')
})

void t.test('what was begun for one registration says nothing of the next one of the same key', async t => {
  const { examine, underWay } = open()
  const [first, second] = [examine(callbackOf('a'), registrationOf('s')), examine(callbackOf('a'), registrationOf('s', { responseCode: 'of-the-next' }))]
  t.equal(underWay.length, 2)
  underWay[0]?.end()
  underWay[1]?.end(refuse('nonce_mismatch'))
  t.match(await first, { parameters: { vpToken: 'a' } })
  t.match(await second, { incidental: { refusal: 'nonce_mismatch' } })
})

void t.test('what is no refusal is no verdict', async t => {
  const { examine, underWay } = open()
  const examined = examine(callbackOf('a'), registrationOf('s'))
  underWay[0]?.end(new Failure('UNEXPECTED'))
  await t.rejects(examined, { code: 'UNEXPECTED' })
  const unasked = callbackOf('a')
  t.equal(await examine(unasked, registrationOf('s', { verify: false })), unasked, 'nor is anything verified that nobody wants verified')
})
