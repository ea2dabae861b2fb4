import { parse } from 'node:querystring'
import { test } from 'tap'
import type { Callback, JsonObject } from '../../../src/domain/callback.ts'
import { channelOf, encode, faultsOf, id, openTokenio, traceparent } from './open.ts'

const provider = openTokenio()
const front = channelOf(provider, 'GET')
const back = channelOf(provider, 'POST')
const both = { 'request-id': id, request_id: id }
const otp = [{ id: 'otp', description: 'One-time passcode' }]
const otherId = 'rq:43hA2P34BC9a1jwYmyjmDYBrTETA:5zKtXEAq'

const unavailable = { code: 14, name: 'UNAVAILABLE', message: 'Bank is unavailable' }
const hosted = { code: 'EXCEPTION_INITIATE_BANK_AUTH', name: 'EXCEPTION_INITIATE_BANK_AUTH', message: 'Bank failed' }

const queries: readonly (readonly [claim: string, query: string, parameters: JsonObject, incidental?: JsonObject])[] = [
  ['API-only: plain redirect', `request-id=${id}&request_id=${id}`, {}],
  ['API-only: percent-encoded', `request-id=${encodeURIComponent(id)}&request_id=${encodeURIComponent(id)}`, {}],
  ['API-only: error', `request-id=${id}&request_id=${id}&trace-id=idm45Ag1X8D8Kvdw&error=14&message=Bank+is+unavailable`, { error: unavailable }, { traceId: 'idm45Ag1X8D8Kvdw' }],
  ['API-only: error without a message', `request-id=${id}&request_id=${id}&error=2`, { error: { code: 2, name: 'UNKNOWN', message: 'The user refused or cancelled the authorization at the bank.' } }],
  ['API-only: error 0 is none', `request-id=${id}&request_id=${id}&error=0&message=fine`, {}],
  ['API-only: an empty error is none', `request-id=${id}&request_id=${id}&error=`, {}],
  ['API-only: passcode', `request-id=${id}&request_id=${id}&credential-fields=eyJmaWVsZHMiOlt7ImRlc2NyaXB0aW9uIjoiT25lLXRpbWUgcGFzc2NvZGUiLCJpZCI6Im90cCJ9XX0`, { fields: otp }],
  ['API-only: decoupled', `request-id=${id}&request_id=${id}&credential-fields=eyJmaWVsZHMiOlt7ImRlc2NyaXB0aW9uIjoiUGxlYXNlLCBhdXRob3JpemUgcGF5bWVudCB1c2luZyBtb2JpbGUgZGV2aWNlLiIsInR5cGUiOiJERUNPVVBMRUQifV19`, { fields: [{ description: 'Please, authorize payment using mobile device.', type: 'DECOUPLED' }] }],
  ['API-only: error and fields, the error tells more', `request-id=${id}&request_id=${id}&error=14&message=Bank+is+unavailable&credential-fields=${encode({ fields: otp })}`, { error: unavailable }],
  ['anything else is not kept', `request-id=${id}&request_id=${id}&utm_source=mail&__proto__=x&payment-id=1`, {}],
  ['hosted pages: success', `request-id=${id}&signature=%7B%22memberId%22%3A%22m%3A1%22%7D&token-id=ta:1&transfer-id=tt:2&transfer-status=PROCESSING`, { tokenId: 'ta:1', transferId: 'tt:2', transferStatus: 'PROCESSING' }],
  ['hosted pages: signature alone', `request-id=${id}&signature=%7B%7D`, {}],
  ['hosted pages: named error', `request-id=${id}&error=EXCEPTION_INITIATE_BANK_AUTH&message=Bank+failed`, { error: hosted }],
  ['hosted pages: bank not supported', `requestId=${id}&error=access_denied&message=Not+supported`, { error: { code: 'access_denied', name: 'access_denied', message: 'Not supported' } }],
  ['hosted pages: access denied without a message', `requestId=${id}&error=access_denied`, { error: { code: 'access_denied', name: 'access_denied', message: 'Access was denied: by the user, or because the bank is not supported.' } }],
  ['hosted pages: a name of gRPC', `request-id=${id}&error=UNAVAILABLE&message=Bank+is+unavailable`, { error: unavailable }],
  ['older SDK: accounts', `request_id=${id}&signature=%7B%7D&tokenId=ta:1&status=SUCCESS&state=abc`, { tokenId: 'ta:1', status: 'SUCCESS', state: 'abc' }],
  ['older SDK: payment', `request_id=${id}&signature=%7B%7D&transferId=t:1&transferStatus=PENDING&state=abc`, { transferId: 't:1', transferStatus: 'PENDING', state: 'abc' }],
  ['both spellings of a hint, equal', `request-id=${id}&token-id=ta:1&tokenId=ta:1`, { tokenId: 'ta:1' }],
  ['an empty hint is not kept', `request-id=${id}&token-id=ta:1&transfer-id=`, { tokenId: 'ta:1' }],
  ['all three names of the id, equal', `request-id=${id}&request_id=${id}&requestId=${id}`, {}],
]

void test('every documented query becomes one normalised callback', async t => {
  for (const [claim, query, parameters, incidental] of queries) {
    const given = parse(query) as JsonObject
    t.same(faultsOf(front, given), [], `${claim}: no fault`)
    const expected = { provider: 'tokenio', channel: 'front', key: id, parameters, ...incidental && { incidental }, traceparent }
    t.strictSame(front.toCallback(given, traceparent), expected, claim)
  }
})

void test('the same names come as JSON, and the error as a number too', async t => {
  for (const error of [14, '14', 'UNAVAILABLE']) {
    const given = { ...both, 'trace-id': 'idm45Ag1X8D8Kvdw', error, message: 'Bank is unavailable' }
    t.same(faultsOf(back, given), [])
    const expected = { provider: 'tokenio', channel: 'back', key: id, parameters: { error: unavailable }, incidental: { traceId: 'idm45Ag1X8D8Kvdw' }, traceparent }
    t.strictSame(back.toCallback(given, traceparent), expected)
  }
  t.strictSame((back.toCallback({ ...both, error: 0 }, traceparent) as Callback).parameters, {}, 'zero is no error')
  t.same(faultsOf(back, { 'request-id': id, signature: { memberId: 'm:1' } }), [], 'a signature may be an object')
})

void test('a repeat has the same parameters in the same order, whatever order they came in', async t => {
  const one = parse(`request-id=${id}&token-id=ta:1&transfer-id=tt:2&state=x&trace-id=1`) as JsonObject
  const other = parse(`trace-id=2&state=x&transferId=tt:2&tokenId=ta:1&request_id=${id}`) as JsonObject
  const parametersOf = (given: JsonObject) => JSON.stringify((front.toCallback(given, traceparent) as Callback).parameters)
  t.equal(parametersOf(one), parametersOf(other))
})

const missing = 'is missing'
const malformed = 'must be a token request id'
const notFields = 'must be base64 of a JSON object { "fields": [ … ] }'
const fieldsOf = (...fields: unknown[]): JsonObject => ({ ...both, 'credential-fields': encode({ fields }) })

const faulty: readonly (readonly [claim: string, parameters: JsonObject, faults: readonly (readonly [field: string, issue: string])[]])[] = [
  ['nothing at all', {}, [['request-id', missing], ['request_id', missing]]],
  ['one id alone', { 'request-id': id }, [['request_id', missing]]],
  ['the other id alone', { request_id: id }, [['request-id', missing]]],
  ['the third name alone', { requestId: id }, [['request-id', missing], ['request_id', missing]]],
  ['one id alone beside a numeric error', { 'request-id': id, error: '14' }, [['request_id', missing]]],
  ['one id alone beside an empty error', { 'request-id': id, error: ' ' }, [['request_id', missing]]],
  ['one id alone beside credential fields', { 'request-id': id, 'credential-fields': encode({ fields: otp }) }, [['request_id', missing]]],
  ['a hint without an id', { 'token-id': 'ta:1' }, [['request-id', missing], ['request_id', missing]]],
  ['different ids', { 'request-id': id, request_id: otherId }, [['request_id', 'must equal request-id']]],
  ['a third id that differs', { ...both, requestId: otherId }, [['requestId', 'must equal request-id']]],
  ['one malformed id', { 'request-id': id, request_id: 'rq:short:5zKtXEAq' }, [['request_id', malformed]]],
  ['both malformed', { 'request-id': '../x', request_id: '../x' }, [['request-id', malformed], ['request_id', malformed]]],
  ['an empty id', { 'request-id': '', request_id: '' }, [['request-id', malformed], ['request_id', malformed]]],
  ['an id with a line end', { 'request-id': `${id}\n`, request_id: `${id}\n` }, [['request-id', malformed], ['request_id', malformed]]],
  ['a doubled id', { 'request-id': [id, id], request_id: id }, [['request-id', 'must be string']]],
  ['an endless id', { ...both, 'request-id': 'rq:'.padEnd(129, '1') }, [['request-id', 'must NOT have more than 128 characters'], ['request_id', 'must equal request-id']]],
  ['a doubled error', { ...both, error: ['14', '0'] }, [['error', 'must be string']]],
  ['an endless message', { ...both, message: 'x'.repeat(1025) }, [['message', 'must NOT have more than 1024 characters']]],
  ['an endless trace id', { ...both, 'trace-id': 'x'.repeat(257) }, [['trace-id', 'must NOT have more than 256 characters']]],
  ['endless fields', { ...both, 'credential-fields': 'A'.repeat(65_537) }, [['credential-fields', 'must NOT have more than 65536 characters']]],
  ['spellings of a hint that differ', { 'request-id': id, 'token-id': 'ta:1', tokenId: 'ta:2' }, [['tokenId', 'must equal token-id']]],
  ['empty fields', { ...both, 'credential-fields': '' }, [['credential-fields', notFields]]],
  ['fields not base64', { ...both, 'credential-fields': '%%%' }, [['credential-fields', notFields]]],
  ['fields of an impossible length', { ...both, 'credential-fields': 'AAAAA' }, [['credential-fields', notFields]]],
  ['fields not JSON', { ...both, 'credential-fields': Buffer.from('otp').toString('base64') }, [['credential-fields', notFields]]],
  ['fields not UTF-8', { ...both, 'credential-fields': Buffer.from('{"fields":[{"id":"\xff"}]}', 'latin1').toString('base64') }, [['credential-fields', notFields]]],
  ['fields not an object', { ...both, 'credential-fields': encode([{ id: 'otp' }]) }, [['credential-fields', notFields]]],
  ['fields null', { ...both, 'credential-fields': encode({ fields: null }) }, [['credential-fields', notFields]]],
  ['fields poisoned', { ...both, 'credential-fields': Buffer.from('{"fields":[{"id":"otp","__proto__":{"x":1}}]}').toString('base64') }, [['credential-fields', notFields]]],
  ['fields nested too deep', { ...both, 'credential-fields': Buffer.from('['.repeat(40_000)).toString('base64') }, [['credential-fields', notFields]]],
  ['no field', fieldsOf(), [['credential-fields', 'must name between 1 and 32 fields']]],
  ['too many fields', fieldsOf(...Array.from({ length: 33 }, (_, at) => ({ id: `f${at}` }))), [['credential-fields', 'must name between 1 and 32 fields']]],
  ['a field that says nothing', fieldsOf({ id: '' }), [['credential-fields', 'field 1: must NOT have fewer than 1 properties']]],
  ['a field that is no object', fieldsOf({ id: 'otp' }, 'otp'), [['credential-fields', 'field 2: must be object']]],
  ['two faults in one field', fieldsOf({ id: 7, options: ['SMS', 1] }), [['credential-fields', 'field 1: id must be string'], ['credential-fields', 'field 1: options 1 must be string']]],
  ['several faults at once', { 'request-id': id, error: ['1', '2'], 'credential-fields': '!' }, [['error', 'must be string'], ['request_id', missing], ['credential-fields', notFields]]],
]

void test('every wrong parameter is named once, and what was given is not repeated', async t => {
  for (const [claim, parameters, faults] of faulty) {
    t.strictSame(faultsOf(front, parameters).map(({ field, issue }) => [field, issue]), faults, claim)
    for (const detail of front.faultsOf?.(parameters) ?? []) {
      t.equal(detail.location, 'query')
      t.match(detail.value, /^(absent|empty|null|text, \d+ characters|given \d+ times|of type \w+)$/)
    }
  }
  t.strictSame(back.faultsOf?.({ 'request-id': id })[0], { issue: missing, field: 'request_id', value: 'absent', location: 'body' })
})

void test('JSON of a wrong type is a fault of the schema, and the rest of the faults are still found', async t => {
  const rows: readonly (readonly [JsonObject, readonly string[]])[] = [
    [{ ...both, error: 14.5 }, ['error']],
    [{ ...both, error: -1 }, ['error']],
    [{ ...both, error: { code: 14 } }, ['error']],
    [{ 'request-id': 7, request_id: id }, ['request-id']],
    [{ 'request-id': null, request_id: null }, ['request-id', 'request_id']],
    [{ ...both, 'credential-fields': { fields: [] } }, ['credential-fields']],
    [{ 'request-id': id, 'trace-id': 1 }, ['trace-id', 'request_id']],
  ]
  for (const [parameters, fields] of rows) t.strictSame(faultsOf(back, parameters).map(({ field }) => field), fields, JSON.stringify(parameters))
})

void test('the operator may widen the id pattern, but no id leaves its place in the path', async t => {
  const wide = channelOf(openTokenio({ TOKENIO_ID_PATTERN: '[^]*' }), 'GET')
  for (const bad of ['..', '.', 'a/b', 'a?b', 'a#b', 'a%2fb', 'a b', 'a\\b', 'ä', 'a\u0000', '']) {
    t.same(faultsOf(wide, { 'request-id': bad, request_id: bad }).map(({ field }) => field), ['request-id', 'request_id'], JSON.stringify(bad))
  }
  t.same(faultsOf(wide, { 'request-id': 'new-style~id:1', request_id: 'new-style~id:1' }), [])
  for (const good of [id, 'pm2:3SVzgJtzu2DvaZSgRGznpdknT3dq:5zKtXEAq', 'pm:3SVzgJtzu2DvaZSgRGznpdknT3dq:5zKtXEAq']) {
    t.same(faultsOf(front, { 'request-id': good, request_id: good }), [])
  }
})

void test('the examples meet their own schema', async t => {
  for (const channel of provider.channels) {
    t.same(channel.paths, ['/v1/tokenio/callback'])
    for (const [name, example] of Object.entries(channel.examples)) t.same(faultsOf(channel, example), [], name)
  }
})

void test('the reply names the entry', async t => {
  t.strictSame(front.toReply('entry-1', front.toCallback(both, traceparent) as Callback), { message: 'Callback received.', callbackId: 'entry-1' })
})
