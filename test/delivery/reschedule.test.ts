import t from 'tap'
import { createReschedule } from '../../src/delivery/reschedule.ts'
import { Failure, type FailureCode } from '../../src/domain/failure.ts'

const claim = { id: 'e1', attempt: 3, failures: 4, streak: 2 }

async function putOff (failure: Failure, tried = claim) {
  const did: unknown[] = []
  const reschedule = createReschedule({
    reschedule: async (_claim, due) => { did.push(['reschedule', due]); return true },
    bury: async () => { did.push(['bury']); return true },
    idsOf: ({ id }: typeof claim) => ({ entryId: id }),
    maxAttempts: 10, backoff: streak => streak * 1000, outageBackoff: streak => streak * 10, now: () => 50_000,
    log: { info () {}, warn: fields => { did.push(fields) }, error: fields => { did.push(fields) } },
  })
  await reschedule(tried, failure)
  return did
}

void t.test('a failure that may heal is put off by the backoff of its streak', async t => {
  t.match(await putOff(new Failure('RESULT_INVALID')), [['reschedule', 53_000], { entryId: 'e1', code: 'RESULT_INVALID' }])
})

void t.test('an outage is put off more shortly, and is never the last attempt', async t => {
  t.match(await putOff(new Failure('PROVIDER_AWAY'), { ...claim, failures: 9 }), [['reschedule', 50_030], { code: 'PROVIDER_AWAY' }])
})

void t.test('what the other side asks for is waited', async t => {
  t.match(await putOff(new Failure('PROVIDER_AWAY', { retryAfter: 7000 })), [['reschedule', 57_000]])
})

void t.test('a failure for good is buried at once, a lasting one at the last attempt', async t => {
  for (const code of ['KEY_UNKNOWN', 'EVENT_INVALID', 'PUBLISH_REFUSED_FOR_GOOD'] satisfies FailureCode[]) t.match(await putOff(new Failure(code)), [['bury'], { code }])
  t.match(await putOff(new Failure('RESULT_INVALID'), { ...claim, failures: 9 }), [['bury'], { code: 'RESULT_INVALID' }])
})

void t.test('a bug shows its cause in the log', async t => {
  const bug = new Error('a bug')
  t.match(await putOff(new Failure('UNEXPECTED', { cause: bug })), [['reschedule', 53_000], { code: 'UNEXPECTED', err: bug }])
})
