import { test } from 'tap'
import { decodeCredentialFields, isDecoupled } from '../../../src/providers/tokenio/credential-fields.ts'

const json = '{"fields":[{"id":"otp","description":"Code for 5 € – please?>>"}]}'
const fields = [{ id: 'otp', description: 'Code for 5 € – please?>>' }]
const padded = Buffer.from(json).toString('base64')

void test('every spelling of base64 is decoded', async t => {
  t.match(padded, /[+/].*=$/, 'the sample has what the alphabets differ in')
  const spellings = {
    'padded base64': padded,
    'unpadded base64': padded.replace(/=+$/, ''),
    base64url: Buffer.from(json).toString('base64url'),
    'padded base64url': padded.replaceAll('+', '-').replaceAll('/', '_'),
    'base64 whose plus signs a query parser read as spaces': padded.replaceAll('+', ' '),
  }
  for (const [claim, encoded] of Object.entries(spellings)) t.strictSame(decodeCredentialFields(encoded), { fields, faults: [] }, claim)
})

void test('both nestings are read, unknown and unset members left out', async t => {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64')
  const full = { id: 'clientId', displayName: 'Client ID', description: 'User authentication', type: 'PASSWORD', options: ['SMS', 'Phone call'], image: 'YWJA', flickerCode: 'FLICKERCODE' }
  t.strictSame(decodeCredentialFields(encode({ fields: { fields: [full] } })).fields, [full], 'nested, every member')
  t.strictSame(decodeCredentialFields(encode({ fields: [{ ...full, mimeType: 'image/png', image: null, flickerCode: '' }], more: 1 })).fields,
    [{ id: 'clientId', displayName: 'Client ID', description: 'User authentication', type: 'PASSWORD', options: ['SMS', 'Phone call'] }])
  t.strictSame(decodeCredentialFields(encode({ fields: [{ id: 'x', type: 'CHOICE_FIELD' }] })).faults, [], 'a type that Token.io adds one day')
})

void test('decoupled means that nothing is to be entered', async t => {
  const rows = [
    [[{ type: 'DECOUPLED', description: 'Confirm on your phone' }], true],
    [[{ type: 'PSU_MESSAGE', id: 'm', description: 'Hello' }, { type: 'DECOUPLED' }], true],
    [[{ type: 'DECOUPLED', id: 'd' }], true],
    [[{ id: 'otp' }], false],
    [[{ type: 'DECOUPLED' }, { id: 'otp' }], false],
    [[{ type: 'PSU_MESSAGE', description: 'Hello' }], false],
  ] as const
  for (const [given, expected] of rows) t.equal(isDecoupled(given), expected, JSON.stringify(given))
})
