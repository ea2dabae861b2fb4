import { test } from 'tap'
import { grpcCodes } from '../../../src/providers/tokenio/grpc.ts'
import { troubleIn } from '../../../src/providers/tokenio/trouble.ts'

void test('each error has the words that a person needs', async t => {
  const byCode = Object.fromEntries(Object.keys(grpcCodes).map(code => [code, troubleIn({ error: { code: Number(code) } })]))
  t.strictSame(byCode, {
    0: 'failed', 1: 'cancelled', 2: 'cancelled', 3: 'failed', 4: 'unavailable', 5: 'reconnect', 6: 'failed', 7: 'interrupted', 8: 'unavailable', 9: 'interrupted',
    10: 'interrupted', 11: 'failed', 12: 'unsupported', 13: 'interrupted', 14: 'unavailable', 15: 'failed', 16: 'interrupted',
  })
  t.equal(troubleIn({ error: { code: 'access_denied' } }), 'rejected')
  t.equal(troubleIn({ error: { code: 'EXCEPTION_INITIATE_BANK_AUTH' } }), 'failed')
  t.equal(troubleIn({ error: { code: 'constructor' } }), 'failed')
})

void test('an event says why it failed; what did not fail has no trouble', async t => {
  t.equal(troubleIn({ reason: 'EXPIRED', error: { code: 14 } }), 'expired')
  t.equal(troubleIn({ reason: 'REJECTED' }), 'rejected')
  t.equal(troubleIn({ reason: 'REJECTED', error: { code: 2 } }), 'cancelled')
  t.equal(troubleIn({ reason: 'RESULT_TIMEOUT' }), 'failed')
  t.equal(troubleIn({}), undefined)
  t.equal(troubleIn({ tokenId: 'ta:1', status: 'PROCESSED' }), undefined)
})
