import { deflateSync, gzipSync } from 'node:zlib'
import { StatusList, createHeaderAndPayload } from '@sd-jwt/jwt-status-list'
import t from 'tap'
import type { JsonObject } from '../../../../src/domain/callback.ts'
import { Failure } from '../../../../src/domain/failure.ts'
import { createVerify } from '../../../../src/providers/oid4vp/verify/verify.ts'
import { jwtOf } from '../../../token/jwt.ts'
import { clientId, jwtVpOf, ldpVpOf, nonce, now, partyOf, provedOf, sdJwtOf, seconds, type Party } from '../wallet.ts'

const issuer = partyOf('P-256', 'jwk')
const holder = partyOf('P-256')
const stranger = partyOf('P-256')
const uri = 'https://status.example/1'
const request = { nonce, clientId }
const verifying = (body: string, status = 200) => createVerify({ trust: { anchors: [] }, now, fetchGuarded: async url => ({ status: url === uri ? status : 404, body }) })

function tokenListOf ({ signer = issuer, statuses = [0, 1, 2, 0], bits = 2 as const, claims = {}, header = {} }: { readonly signer?: Party, readonly statuses?: number[], readonly bits?: 2, readonly claims?: JsonObject, readonly header?: JsonObject } = {}) {
  const made = createHeaderAndPayload(new StatusList(statuses, bits), { iss: signer.did, sub: uri, iat: seconds, ...claims }, { alg: 'ES256', typ: 'statuslist+jwt', kid: signer.kid })
  return jwtOf({ header: { ...made.header as JsonObject, ...header }, claims: { ...made.payload as JsonObject, ...claims }, key: signer.privateKey })
}

const presented = async (idx: unknown) => sdJwtOf({ issuer, holder, claims: { status: { status_list: { uri, idx: idx as number } } } })

void t.test('a token status list tells valid, revoked and suspended', async t => {
  const verify = verifying(tokenListOf())
  for (const idx of ['0', '', null, true, [], [0], 0.5, 2 ** 60, 2 ** 53 - 1]) {
    await t.rejects(verify({ vpToken: await presented(idx) }, request), { code: 'PRESENTATION_REFUSED', reason: 'status_unresolvable' }, `an index that is none: ${JSON.stringify(idx)}`)
  }
  for (const idx of [0, 3]) t.equal((await verify({ vpToken: await presented(idx) }, request)).length, 1)
  for (const [idx, reason] of [[1, 'credential_revoked'], [2, 'credential_suspended'], [400, 'status_unresolvable'], [-1, 'status_unresolvable'], ['a', 'status_unresolvable']] as const) {
    await t.rejects(verify({ vpToken: await presented(idx) }, request), { code: 'PRESENTATION_REFUSED', reason }, String(idx))
  }
})

void t.test('a list that cannot be trusted is none', async t => {
  const bomb = { status_list: { bits: 2, lst: deflateSync(Buffer.alloc(8_000_000)).toString('base64url') } }
  for (const [claim, body, status] of [
    ['not there', tokenListOf(), 404],
    ['signed by another', tokenListOf({ signer: stranger })],
    ['of another address', tokenListOf({ claims: { sub: 'https://status.example/2' } })],
    ['expired', tokenListOf({ claims: { exp: seconds - 61 } })],
    ['of another type', tokenListOf({ header: { typ: 'JWT' } })],
    ['no list', tokenListOf({ claims: { status_list: 1 } })],
    ['packed far too tightly', tokenListOf({ claims: bomb })],
    ['no JWT', '<html>'],
  ] as const) await t.rejects(verifying(body, status)({ vpToken: await presented(0) }, request), { code: 'PRESENTATION_REFUSED', reason: 'status_unresolvable' }, claim)
})

void t.test('who is away is not refused: nobody knows yet', async t => {
  const away = async () => { throw new Failure('ADDRESS_AWAY', { reason: 'ECONNREFUSED' }) }
  const token = await presented(0)
  for (const fetchGuarded of [away, ...[429, 500, 503].map(status => async () => ({ status, body: '' }))]) {
    const verify = createVerify({ trust: { anchors: [] }, now, fetchGuarded })
    const ofDid = await sdJwtOf({ issuer, holder, claims: { iss: 'did:web:a.example' }, header: { kid: 'k' } })
    const ofMetadata = await sdJwtOf({ issuer, holder, claims: { iss: 'https://a.example' } })
    const ofHolder = await sdJwtOf({ issuer, holder, claims: { cnf: { kid: 'did:web:a.example#k' } } })
    const bit = { vc: { credentialStatus: entryOf(0) } }
    const vpTokens = [token, ofDid, ofMetadata, ofHolder, jwtVpOf({ issuer, holder, ...bit }), JSON.stringify(ldpVpOf({ issuer, holder, ...bit }))]
    for (const vpToken of vpTokens) await t.rejects(verify({ vpToken }, request), { code: 'ISSUER_AWAY', status: 503, retry: true })
  }
})

void t.test('a list that names no issuer is the credential’s own', async t => {
  const { length } = await verifying(tokenListOf({ claims: { iss: undefined } }))({ vpToken: await presented(0) }, request)
  t.equal(length, 1)
  await t.rejects(verifying(tokenListOf({ signer: stranger, claims: { iss: undefined } }))({ vpToken: await presented(0) }, request), { code: 'PRESENTATION_REFUSED', reason: 'status_unresolvable' })
})

/** The second credential's bit is set. */
function bitListOf (more: JsonObject = {}, signer = issuer): JsonObject {
  const list = `u${gzipSync(Buffer.from([0b0100_0000, ...Array.from({ length: 15 }, () => 0)])).toString('base64url')}`
  return provedOf({
    '@context': ['https://www.w3.org/ns/credentials/v2'], type: ['VerifiableCredential', 'BitstringStatusListCredential'], issuer: signer.did,
    credentialSubject: { type: 'BitstringStatusList', statusPurpose: 'revocation', encodedList: list }, ...more,
  }, signer, { proofPurpose: 'assertionMethod' })
}

const entryOf = (index: number, more: JsonObject = {}): JsonObject => ({ type: 'BitstringStatusListEntry', statusPurpose: 'revocation', statusListIndex: String(index), statusListCredential: uri, ...more })

void t.test('a bitstring tells of W3C credentials, as JWT and as document', async t => {
  const list = bitListOf()
  const asJwt = jwtOf({ header: { alg: 'ES256', kid: issuer.kid }, claims: { iss: issuer.did, vc: list }, key: issuer.privateKey })
  for (const body of [JSON.stringify(list), asJwt]) {
    const verify = verifying(body)
    const vpTokens = (vc: JsonObject) => [jwtVpOf({ issuer, holder, vc }), JSON.stringify(ldpVpOf({ issuer, holder, vc }))]
    for (const vpToken of vpTokens({ credentialStatus: entryOf(0) })) t.equal((await verify({ vpToken }, request)).length, 1)
    for (const [credentialStatus, reason] of [
      [entryOf(1), 'credential_revoked'], [[entryOf(0), entryOf(1)], 'credential_revoked'], [entryOf(0, { statusPurpose: 'suspension' }), 'status_unresolvable'],
      [entryOf(4000), 'status_unresolvable'], [{ type: 'RevocationList2020Status', revocationListIndex: '1', revocationListCredential: uri }, 'credential_revoked'],
    ] as const) for (const vpToken of vpTokens({ credentialStatus })) await t.rejects(verify({ vpToken }, request), { code: 'PRESENTATION_REFUSED', reason })
  }
})

void t.test('an entry that says what this list does not, or nothing that is understood, is none', async t => {
  const { status, statusPurpose: _purpose, ...unsaid } = entryOf(0) as { readonly [name: string]: string }
  t.equal(status, undefined)
  for (const [claim, credentialStatus] of [
    ['no index', entryOf(0, { statusListIndex: '' })],
    ['a list as index', entryOf(0, { statusListIndex: [] })],
    ['null as index', entryOf(0, { statusListIndex: null })],
    ['an index below', entryOf(0, { statusListIndex: '-1' })],
    ['an index between', entryOf(0, { statusListIndex: '0.5' })],
    ['an index in hexadecimal', entryOf(0, { statusListIndex: '0x0' })],
    ['an index far above', entryOf(0, { statusListIndex: '9007199254740993' })],
    ['statuses of more than a bit', entryOf(0, { statusSize: 2 })],
    ['an unknown type', entryOf(0, { type: 'OtherStatus2030' })],
    ['no type', { ...unsaid, type: 5 }],
    ['no address', entryOf(0, { statusListCredential: null })],
    ['a purpose that is no text', entryOf(0, { statusPurpose: 5 })],
    ['entries without end', Array.from({ length: 9 }, () => entryOf(0))],
  ] as const) {
    await t.rejects(verifying(JSON.stringify(bitListOf()))({ vpToken: jwtVpOf({ issuer, holder, vc: { credentialStatus } }) }, request), { code: 'PRESENTATION_REFUSED', reason: 'status_unresolvable' }, claim)
  }
})

void t.test('a list of another address is none, though its issuer signed it', async t => {
  const vpToken = jwtVpOf({ issuer, holder, vc: { credentialStatus: entryOf(0) } })
  t.equal((await verifying(JSON.stringify(bitListOf({ id: uri })))({ vpToken }, request)).length, 1)
  await t.rejects(verifying(JSON.stringify(bitListOf({ id: 'https://status.example/2' })))({ vpToken }, request), { code: 'PRESENTATION_REFUSED', reason: 'status_unresolvable' })
})

void t.test('a bitstring of another issuer, changed or expired, is none', async t => {
  const vpToken = jwtVpOf({ issuer, holder, vc: { credentialStatus: entryOf(0) } })
  for (const list of [bitListOf({}, stranger), { ...bitListOf(), more: 1 }, bitListOf({ validUntil: new Date(now() - 61_000).toISOString() }), bitListOf({ credentialSubject: {} })]) {
    await t.rejects(verifying(JSON.stringify(list))({ vpToken }, request), { code: 'PRESENTATION_REFUSED', reason: 'status_unresolvable' })
  }
})
