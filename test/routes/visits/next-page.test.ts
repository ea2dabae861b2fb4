import t from 'tap'
import type { Visits } from '../../../src/providers/visits.ts'
import { tokenio } from '../../../src/providers/tokenio/index.ts'
import type { Visit } from '../../../src/routes/visits/handle.ts'
import type { LastWord } from '../../../src/routes/visits/last-word.ts'
import { nextPageOf, type NextPage } from '../../../src/routes/visits/next-page.ts'

const provider = tokenio.open({ settings: { TOKENIO_ID_PATTERN: '^rq:.+$', TOKENIO_RESULT_DEADLINE_SECONDS: 60, TOKENIO_HOSTED_CREDENTIALS: true } })
const stepIn = (provider.visits as Visits).stepIn
const fields = [{ id: 'otp' }]
const mark = stepIn({ fields })?.mark ?? ''
const visitOf = (phase: Visit['phase'], more: Partial<Visit> = {}): Visit => ({ entryId: 'e', key: 'rq:1', phase, tries: 0, ...more })
const word = (status: LastWord['status'], data: LastWord['data'] = {}, time = 500): LastWord => ({ status, data, time })
const required = word('credentials-required', { fields })
const phone = [{ type: 'DECOUPLED', description: 'Confirm' }]
const page = (page: string, watch = false) => ({ kind: 'page', page, watch })

const rows: readonly (readonly [claim: string, visit: Visit, word: LastWord | undefined, next: object, expired?: boolean])[] = [
  ['just landed', visitOf('landed'), undefined, page('received', true)],
  ['landed, still open', visitOf('landed'), word('pending'), page('received', true)],
  ['landed, done', visitOf('landed'), word('completed'), page('completed')],
  ['landed, expired at the provider', visitOf('landed'), word('failed', { reason: 'EXPIRED', confirmed: true }), page('expired')],
  ['landed, declined', visitOf('landed'), word('failed', { reason: 'REJECTED', confirmed: true, error: { code: 2 } }), page('cancelled')],
  ['a step before the provider says that it is open', visitOf('enter', { mark }), undefined, page('waiting', true)],
  ['a step while only something else is known', visitOf('enter', { mark }), word('pending'), page('waiting', true)],
  ['a step of another mark', visitOf('enter', { mark: 'other' }), required, page('waiting', true)],
  ['the step', visitOf('enter', { mark }), required, { kind: 'form' }],
  ['the step, again', visitOf('enter', { mark, notice: 'again' }), required, { kind: 'form', notice: 'again' }],
  ['the phone', visitOf('enter', { mark: stepIn({ fields: phone })?.mark ?? '' }), word('credentials-required', { fields: phone }), { kind: 'confirm' }],
  ['the step, done elsewhere', visitOf('enter', { mark }), word('completed'), page('completed')],
  ['entered', visitOf('sent'), required, page('sent', true)],
  ['refused by the user', visitOf('cancelled'), required, page('cancelled')],
  ['refused by the user, and yet done', visitOf('cancelled'), word('completed'), page('completed')],
  ['an older failure that nobody confirmed ends nothing', visitOf('enter', { mark }), word('failed', { reason: 'CALLBACK_ERROR', confirmed: false }), page('waiting', true)],
  ['a newer one does', visitOf('landed'), word('failed', { reason: 'CALLBACK_ERROR', confirmed: false, error: { code: 14 } }, 2000), page('unavailable')],
  ['nothing came in time', visitOf('landed'), word('pending'), page('pending'), true],
  ['the step was not taken in time', visitOf('enter', { mark }), required, page('gone'), true],
  ['late, and done', visitOf('enter', { mark }), word('completed'), page('completed'), true],
]

void t.test("the provider's word decides what a user who waits is shown", async t => {
  t.teardown(() => provider.close())
  for (const [claim, visit, said, expected, expired = false] of rows) {
    const next = nextPageOf({ visit, expired, since: 1000, word: said, registration: undefined, provider })
    const { step: _step, ...rest } = next as NextPage & { step?: unknown }
    t.strictSame(rest, expected, claim)
  }
})

void t.test('who registered a return gets its user back, once it has ended', async t => {
  const registration = { provider: 'tokenio', key: 'rq:1', owner: 'a', subscriber: 'a', returnUrl: 'https://app.example/?status=x#here', expiresAt: 0, details: {}, reply: {} }
  for (const [visit, said, url] of [
    [visitOf('landed'), word('completed'), 'https://app.example/?status=completed&key=rq%3A1#here'],
    [visitOf('sent'), word('failed', { reason: 'EXPIRED' }), 'https://app.example/?status=failed&key=rq%3A1#here'],
    [visitOf('cancelled'), undefined, 'https://app.example/?status=failed&key=rq%3A1#here'],
  ] as const) t.strictSame(nextPageOf({ visit, expired: false, since: 0, word: said, registration, provider }), { kind: 'onward', url })
  t.match(nextPageOf({ visit: visitOf('sent'), expired: false, since: 0, word: required, registration, provider }), { kind: 'page' })
})
