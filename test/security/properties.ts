import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import type { Arbitrary, IAsyncProperty } from 'fast-check'
import { keyOfDid, keyOfMultibase } from '../../src/did/key-did.ts'
import type { JsonObject } from '../../src/domain/callback.ts'
import { asFailure, Failure } from '../../src/domain/failure.ts'
import { topicLevel, topicOf } from '../../src/domain/topic.ts'
import { seqOfCursor } from '../../src/journal/page.ts'
import { isPublic } from '../../src/outgoing/address.ts'
import { faultsOf as oid4vpFaults } from '../../src/providers/oid4vp/faults-of.ts'
import { parseBounded } from '../../src/providers/oid4vp/json-text.ts'
import { keyOf, openResponse } from '../../src/providers/oid4vp/open-response.ts'
import { faultOfDcql } from '../../src/providers/oid4vp/verify/dcql.ts'
import { assertDisclosures } from '../../src/providers/oid4vp/verify/disclosures.ts'
import { stepsOf, valuesAt } from '../../src/providers/oid4vp/verify/json-path.ts'
import { parseJws } from '../../src/providers/oid4vp/verify/jws.ts'
import { faultOfPex } from '../../src/providers/oid4vp/verify/pex.ts'
import { assertJwtDates, assertTextDates } from '../../src/providers/oid4vp/verify/times.ts'
import { decodeCredentialFields, markOf, readFields } from '../../src/providers/tokenio/credential-fields.ts'
import { createFaultsOf } from '../../src/providers/tokenio/faults-of.ts'
import { isSegment } from '../../src/providers/tokenio/id.ts'
import { imageSource } from '../../src/providers/tokenio/image.ts'
import { refusalOf } from '../../src/providers/tokenio/refusal.ts'
import { toCallback } from '../../src/providers/tokenio/to-callback.ts'
import { parseForm } from '../../src/routes/form-body.ts'
import { parseJsonBody } from '../../src/routes/json-body.ts'
import { networkOf } from '../../src/routes/network.ts'
import { languageOf } from '../../src/routes/pages/language.ts'
import { createReturnUrls } from '../../src/routes/return-origins.ts'
import { traceparentOf } from '../../src/routes/traceparent.ts'
import { createHandles } from '../../src/routes/visits/handle.ts'
import { readAssertion } from '../../src/token/assertion.ts'

export interface Claim { readonly claim: string, readonly property: IAsyncProperty<[unknown]> }

const sharp = fc.constantFrom(
  '', '/', '+', '#', '$SYS', '%', '%2f', '\u0000', '\u001f', '\u0085', '\ud800', '\udfff', '\ufeff', '..', '__proto__', 'constructor', 'prototype', '=', '&', ';', '"', '\\', '{', '[', ':', '.', '~', 'null', '1e999', '-0', '\r\n', '<', '😀',
)
/** Text as nobody would type it. */
export const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ maxLength: 50 }), fc.array(fc.oneof(sharp, fc.string({ maxLength: 5 })), { maxLength: 12 }).map(parts => parts.join('')))
const bytes = fc.oneof(fc.uint8Array({ maxLength: 300 }).map(array => Buffer.from(array)), text.map(string => Buffer.from(string)))
const names = fc.oneof(text, fc.constantFrom('request-id', 'request_id', 'requestId', 'credential-fields', 'error', 'message', 'trace-id', 'state', 'vp_token', 'presentation_submission', 'response', 'error_description', 'fields', 'id', 'type', 'credentials', 'iss', 'exp'))
export const json = fc.letrec(tie => ({
  value: fc.oneof({ maxDepth: 5 }, text, fc.double(), fc.boolean(), fc.constant(null), fc.array(tie('value'), { maxLength: 4 }), tie('object')),
  object: fc.array(fc.tuple(names, tie('value')), { maxLength: 6 }).map(members => Object.fromEntries(members)),
}))
const object = json.object as Arbitrary<JsonObject>
const base64 = bytes.map(found => found.toString('base64url'))
const jsonIn64 = json.value.map(value => Buffer.from(JSON.stringify(value)).toString('base64url'))
const jwt = fc.array(fc.oneof(jsonIn64, base64, text), { minLength: 1, maxLength: 5 }).map(parts => parts.join('.'))

/** Hostile input ends as a value or as a `Failure`, and as nothing else; prototypes stay as they are. */
function harmless<T> (claim: string, arbitrary: Arbitrary<T>, read: (input: T) => unknown): Claim {
  const property = fc.asyncProperty(arbitrary, async input => {
    try {
      await read(input)
    } catch (thrown) {
      if (!(thrown instanceof Failure) || asFailure(thrown).code === 'UNEXPECTED') throw thrown
    }
    if (Object.keys(Object.prototype).length > 0) throw new Error('a prototype was changed')
  })
  return { claim: `${claim}: any input is read or refused`, property }
}

function holds<T> (claim: string, arbitrary: Arbitrary<T>, isTrue: (input: T) => boolean | Promise<boolean>): Claim {
  return { claim, property: fc.asyncProperty(arbitrary, async input => isTrue(input)) }
}

const idPattern = /^rq:.+$/
const handles = createHandles({ secret: randomBytes(32), purpose: 'tokenio' })
const returnUrls = createReturnUrls({ origins: ['https://app.example'] })
const topics = fc.record({ subscriber: text, key: text })
const now = 1_700_000_000_000

/** What holds for every parser, and for the topics, whatever comes. */
export const claims: readonly Claim[] = [
  harmless('JSON bodies', fc.oneof(bytes, json.value.map(value => Buffer.from(JSON.stringify(value)))), parseJsonBody),
  holds('JSON bodies: what is written once is read as it was written', json.value, value => {
    const written = JSON.stringify(value)
    return /__proto__|"constructor"/.test(JSON.stringify(JSON.parse(written))) || JSON.stringify(parseJsonBody(Buffer.from(written))) === JSON.stringify(JSON.parse(written))
  }),
  holds('JSON bodies: a name twice is refused', fc.tuple(text, json.value), ([name, value]) => {
    const member = `${JSON.stringify(name)}:${JSON.stringify(value) ?? 'null'}`
    try { parseJsonBody(Buffer.from(`{${member},${member}}`)) } catch (thrown) { return asFailure(thrown).code === 'PARAMETERS_INVALID' }
    return false
  }),
  harmless('forms', bytes, parseForm),
  holds('forms: what is written is read', fc.dictionary(text.map(name => `n${name.toWellFormed()}`), text.map(value => value.toWellFormed()), { maxKeys: 20 }), given => {
    const read = parseForm(Buffer.from(new URLSearchParams(given).toString()))
    return Object.entries(given).every(([name, value]) => read[name] === value)
  }),
  harmless('credential fields', fc.oneof(text, base64, jsonIn64), decodeCredentialFields),
  harmless('credential fields of a reply', json.value, value => markOf(readFields(value).fields)),
  harmless('parameters of Token.io', object, given => createFaultsOf({ idPattern, location: 'query' })(given)),
  harmless('callbacks of Token.io', object, given => createFaultsOf({ idPattern, location: 'query' })(given).length > 0 || toCallback(given, 'front', '')),
  harmless('refusals of Token.io', fc.record({ status: fc.integer({ min: 100, max: 999 }), headers: fc.record({ 'retry-after': text, tokentraceid: text }), text: fc.oneof(text, json.value.map(value => JSON.stringify(value))) }), reply => refusalOf(reply, now)),
  holds('ids of Token.io: none leaves its segment of a path', text, id => !isSegment(id) || new URL(`https://api.example/token-requests/${id}/result`).pathname.split('/').length === 4),
  harmless('images', text, imageSource),
  harmless('parameters of OpenID4VP', object, given => oid4vpFaults(given)),
  harmless('responses of OpenID4VP', object, async given => { keyOf(given, {}); await openResponse(given, {}) }),
  harmless('JSON within texts', fc.oneof(text, fc.nat(200_000).map(depth => '['.repeat(depth))), parseBounded),
  harmless('JWS', jwt, parseJws),
  harmless('disclosures', fc.tuple(json.value, fc.array(fc.oneof(jsonIn64, text), { maxLength: 4 })), ([payload, disclosures]) => { assertDisclosures(payload, disclosures, 'sha-256') }),
  harmless('DCQL', object, faultOfDcql),
  harmless('presentation definitions', object, faultOfPex),
  harmless('JSON paths', fc.tuple(text.map(path => `$${path}`), json.value), ([path, value]) => valuesAt(value, stepsOf(path) ?? [])),
  harmless('dates', object, given => { assertTextDates(given, now); assertJwtDates(given, now) }),
  harmless('client assertions', jwt, readAssertion),
  harmless('DIDs', fc.oneof(text, text.map(rest => `did:key:z${rest}`), jsonIn64.map(rest => `did:jwk:${rest}`)), keyOfDid),
  harmless('multibase keys', fc.oneof(text, base64.map(rest => `u${rest}`)), keyOfMultibase),
  harmless('cursors', text, seqOfCursor),
  harmless('languages', text, languageOf),
  holds('addresses: what is no address is not public', text, address => !isPublic(`${address}x`)),
  holds('networks: a bounded name', fc.oneof(text, fc.ipV6(), fc.ipV4()), address => networkOf(address).length <= 64),
  holds('networks: all of a /64 are one', fc.tuple(fc.array(fc.nat(0xffff), { minLength: 4, maxLength: 4 }), fc.array(fc.nat(0xffff), { minLength: 4, maxLength: 4 }), fc.array(fc.nat(0xffff), { minLength: 4, maxLength: 4 })), ([net, one, other]) => {
    const at = (host: readonly number[]) => networkOf([...net, ...host].map(level => level.toString(16)).join(':'))
    return net.slice(0, 3).every(level => level === 0) || at(one) === at(other)
  }),
  holds('traceparent: always well-formed', text, header => /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(traceparentOf(header))),
  holds('handles: none can be made up', fc.oneof(text, base64), handle => handles.open(handle) === undefined),
  holds('handles: none can be altered', fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 255 })), ([at, change]) => {
    const sealed = Buffer.from(handles.close({ entryId: 'e', key: 'k', phase: 'landed', tries: 0 }), 'base64url')
    const place = at % sealed.length
    sealed.writeUInt8(sealed.readUInt8(place) ^ change, place)
    return handles.open(sealed.toString('base64url')) === undefined
  }),
  holds('return URLs: none is taken but of an allowed origin', fc.oneof(text, text.map(rest => `https://app.example${rest}`), fc.webUrl()), url => returnUrls.faultsOf(url).length > 0 || new URL(returnUrls.normal(url)).origin === 'https://app.example'),
  holds('topics: no input leaves its level, [MQTT-4.7.1-1], [MQTT-4.7.3-2], [MQTT-1.5.4-1]', topics, ({ subscriber, key }) => {
    const topic = topicOf({ topicPrefix: 'callbacks/v1', subscriber, provider: 'tokenio', key })
    const levels = topic.split('/')
    // oxlint-disable-next-line no-control-regex
    return levels.length === 5 && levels[3] === 'tokenio' && topic.isWellFormed() && !/[+#$\u0000-\u001f\u007f-\u009f]/.test(topic)
  }),
  holds('topics: two keys never share a level', fc.tuple(text, text), ([one, other]) => one.toWellFormed() === other.toWellFormed() || topicLevel(one) !== topicLevel(other)),
]
