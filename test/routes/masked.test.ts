import t from 'tap'
import { maskedOf } from '../../src/routes/masked.ts'

void t.test('an operator sees ids, statuses and reasons, and of all else only what it is', async t => {
  const data = {
    status: 'PROCESSED', reason: 'REJECTED', confirmed: true, transferId: 't:1', state: 'k-1', error: { code: 14, name: 'UNAVAILABLE', message: 'Ana López' },
    statusReasonInformation: 'IBAN of Ana', vp: { iban: 'ES76', names: ['Ana'] }, amount: 12.5, nothing: null,
  }
  t.same(maskedOf(data, 'k-1'), {
    status: 'PROCESSED', reason: 'REJECTED', confirmed: true, transferId: 't:1', state: 'k-1', error: { code: 14, name: 'UNAVAILABLE', message: 'text, 9 characters' },
    statusReasonInformation: 'text, 11 characters', vp: { iban: 'text, 4 characters', names: 'a list of 1' }, amount: 'of type number', nothing: null,
  })
})
