import { gunzipSync, inflateSync } from 'node:zlib'
import type { JsonObject } from '../../../domain/callback.ts'
import { parseBounded } from '../json-text.ts'
import { verifyDocument } from './data-integrity.ts'
import { issuerOf, type Issuer } from './issuer.ts'
import { assertSigned, isCompactJws, isObject, parseJws } from './jws.ts'
import { refuse, refuseUnlessAway } from './refusal.ts'
import { assertJwtDates, assertTextDates } from './times.ts'
import type { VerifyParts } from './verify-parts.ts'

/** Bytes that a list may unpack to: a million credentials with a byte each. */
const largest = 1_048_576

/** Entries of one credential, each of which costs a list. */
const most = 8
/** Kinds of entries whose lists are read here: a bit for each credential. */
const kinds: readonly unknown[] = ['BitstringStatusListEntry', 'StatusList2021Entry', 'RevocationList2020Status']

type Whose = Pick<Issuer, 'id' | 'key'>

/** `status` of an SD-JWT VC or JWT: Token Status List. Throws `credential_revoked`, `credential_suspended`, `status_unresolvable`. */
export async function assertStatus ({ status }: JsonObject, issuer: Whose, parts: VerifyParts): Promise<void> {
  if (status === undefined) return
  const { status_list: entry } = isObject(status) ? status : {}
  if (!isObject(entry)) throw refuse('status_unresolvable') // of a kind that we cannot ask
  assertValid(await found(() => tokenStatus(entry, issuer, parts)))
}

/** `credentialStatus` of a W3C credential: Bitstring Status List, StatusList2021, RevocationList2020. */
export async function assertCredentialStatus ({ credentialStatus }: JsonObject, issuer: string, parts: VerifyParts): Promise<void> {
  const entries = credentialStatus === undefined ? [] : [credentialStatus].flat()
  if (entries.length > most) throw refuse('status_unresolvable')
  for (const entry of entries) {
    if (!isObject(entry)) throw refuse('status_unresolvable')
    const bit = await found(() => bitOf(entry, issuer, parts))
    if (bit) throw refuse(entry.statusPurpose === 'suspension' ? 'credential_suspended' : 'credential_revoked')
  }
}

function assertValid (status: number): void {
  if (status === 2) throw refuse('credential_suspended')
  if (status !== 0) throw refuse('credential_revoked')
}

async function found<T> (find: () => Promise<T>): Promise<T> {
  try {
    return await find()
  } catch (thrown) {
    throw refuseUnlessAway(thrown, 'status_unresolvable')
  }
}

// draft-ietf-oauth-status-list §8.3
async function tokenStatus ({ uri, idx }: JsonObject, issuer: Whose, parts: VerifyParts): Promise<number> {
  const { status, body } = await parts.fetchGuarded(String(uri))
  if (status !== 200) throw refuse('status_unresolvable')
  const jws = parseJws(body.trim())
  const { status_list: list, sub } = jws.payload
  if (jws.header.typ !== 'statuslist+jwt' || sub !== uri || !isObject(list)) throw refuse('status_unresolvable')
  assertSigned(jws, (await signerOf(jws, issuer, parts)).key)
  assertJwtDates(jws.payload, parts.now())
  return statusAt(inflateSync(Buffer.from(String(list.lst), 'base64url'), { maxOutputLength: largest }), Number(list.bits), indexIn(idx))
}

/** The credential's own issuer where the list names none, else who the list names: the same, or one that is trusted by name or certificate. */
async function signerOf (jws: { readonly header: JsonObject, readonly payload: JsonObject }, issuer: Whose, parts: VerifyParts): Promise<Whose> {
  if (jws.payload.iss === undefined && jws.header.x5c === undefined) return issuer
  const signer = await issuerOf(jws, parts)
  if (signer.id !== issuer.id && jws.header.x5c === undefined && parts.trust.issuers === undefined) throw refuse('issuer_not_accepted')
  return signer
}

function statusAt (list: Uint8Array, bits: number, idx: number): number {
  const byte = list[Math.floor(idx * bits / 8)]
  if (![1, 2, 4, 8].includes(bits) || byte === undefined) throw refuse('status_unresolvable')
  return byte >> (idx * bits % 8) & ((1 << bits) - 1) // §4.1: the least significant bits first
}

function indexIn (value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw refuse('status_unresolvable')
  return value
}

async function bitOf (entry: JsonObject, issuer: string, parts: VerifyParts): Promise<boolean> {
  const { type, statusSize = 1, statusListCredential, revocationListCredential: uri = statusListCredential, statusListIndex, revocationListIndex = statusListIndex } = entry
  if (!kinds.includes(type) || statusSize !== 1 || typeof uri !== 'string') throw refuse('status_unresolvable')
  const index = indexIn(typeof revocationListIndex === 'string' && /^\d{1,15}$/.test(revocationListIndex) ? Number(revocationListIndex) : revocationListIndex)
  const { status, body } = await parts.fetchGuarded(uri)
  if (status !== 200) throw refuse('status_unresolvable')
  const { id = uri, credentialSubject: list } = await listCredential(body.trim(), issuer, parts)
  if (id !== uri || !isObject(list) || typeof list.encodedList !== 'string') throw refuse('status_unresolvable')
  if (entry.statusPurpose !== undefined && ![list.statusPurpose].flat().includes(entry.statusPurpose)) throw refuse('status_unresolvable')
  const packed = Buffer.from(list.encodedList.replace(/^u/, ''), 'base64url') // Multibase `u`, Bitstring Status List §3.2
  const bytes = gunzipSync(packed, { maxOutputLength: largest })
  const byte = bytes[Math.floor(index / 8)]
  if (byte === undefined) throw refuse('status_unresolvable')
  return (byte >> (7 - index % 8) & 1) === 1 // the first bit is the leftmost
}

/** The list, a credential of the same issuer. */
async function listCredential (body: string, issuer: string, parts: VerifyParts): Promise<JsonObject> {
  if (isCompactJws(body)) {
    const jws = parseJws(body)
    if (jws.payload.iss !== issuer) throw refuse('issuer_not_accepted')
    assertSigned(jws, (await issuerOf(jws, parts)).key)
    assertJwtDates(jws.payload, parts.now())
    return isObject(jws.payload.vc) ? jws.payload.vc : jws.payload
  }
  const document = parseBounded(body)
  if (!isObject(document)) throw refuse('status_unresolvable')
  const { did } = await verifyDocument(document, 'assertionMethod', parts)
  if (did !== issuer) throw refuse('issuer_not_accepted')
  assertTextDates(document, parts.now())
  return document
}

