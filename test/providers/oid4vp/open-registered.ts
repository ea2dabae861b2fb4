import { createHash } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import type { Test } from 'tap'
import { buildApp } from '../../../src/app.ts'
import { createBreaker } from '../../../src/delivery/breaker.ts'
import { createEventValidators } from '../../../src/delivery/event-validators.ts'
import { createResolve } from '../../../src/delivery/resolve.ts'
import { createToEvent } from '../../../src/delivery/to-event.ts'
import type { JsonObject } from '../../../src/domain/callback.ts'
import { createChannels } from '../../../src/providers/oid4vp/channels.ts'
import { createExamine } from '../../../src/providers/oid4vp/examine.ts'
import { oid4vp } from '../../../src/providers/oid4vp/index.ts'
import { createVerify } from '../../../src/providers/oid4vp/verify/verify.ts'
import type { VerifyParts } from '../../../src/providers/oid4vp/verify/verify-parts.ts'
import { openAppParts } from '../../app-parts.ts'
import { clientId, nonce, now, vct } from './wallet.ts'

export const dcqlQuery = { credentials: [{ id: 'email', format: 'dc+sd-jwt', meta: { vct_values: [vct] }, claims: [{ path: ['email'] }] }] }
/** What the browser of the user's session holds, and what is registered of it. */
export const browserSecret = 'AtK3zJ0s8Q2mVx5yB7nC9eF1gH4iL6oP-rT_uWdXaZk'
export const browserSecretHash = createHash('sha256').update(browserSecret).digest('base64url')
export const verified = { nonce, clientId, dcqlQuery }

export interface Registered {
  readonly key: string
  readonly callbackUrl: string
  readonly oid4vp: { readonly transactionId: string, readonly responseEncryptionJwk: { readonly kid: string, readonly kty: string, readonly [name: string]: string } }
}

/**
 * The public face on a free port, at the time of `wallet.ts`: clients register, wallets answer, and what is told is read from the journal.
 * `fetchGuarded`: the open internet, where a test has one.
 */
export async function openRegistered (t: Pick<Test, 'teardown'>, settings: JsonObject = {}, fetchGuarded?: VerifyParts['fetchGuarded']) {
  const opened = oid4vp.open({ settings, now })
  const examine = fetchGuarded && createExamine({ verify: createVerify({ trust: { anchors: [] }, now, fetchGuarded }) })
  const provider = examine === undefined ? opened : { ...opened, channels: createChannels({ isRemote: false, examine }) }
  const { parts, tokenFor } = await openAppParts(t, { now })
  const app = await buildApp({ ...parts, providers: [provider], log: pino({ level: 'silent' }), perMinute: 100_000 })
  t.teardown(async () => { await app.close(); await provider.close() })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`

  async function register (given: JsonObject = verified, more: JsonObject = {}) {
    const headers = { authorization: `Bearer ${tokenFor('app-7', 'registrations', 'results')}` }
    const reply = await app.inject({ method: 'POST', url: '/v1/registrations', headers, payload: { provider: 'oid4vp', oid4vp: given, ...more } })
    return { status: reply.statusCode, body: reply.json<Registered & { readonly details?: { readonly field: string, readonly issue: string }[] }>() }
  }

  function post (body: JsonObject | string, path = '/v1/callback') {
    const isForm = typeof body === 'string'
    return app.inject({ method: 'POST', url: path, headers: { 'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json' }, payload: body })
  }

  /** What came of all that was appended since the last time, as the delivery records it. */
  async function told () {
    const { journal } = parts
    const resolve = createResolve({
      provider, journal, breaker: createBreaker(), log: pino({ level: 'silent' }), subscriberOf: async () => 'app-7', putOff: async (_claim, failure) => { throw failure }, topicPrefix: 'callbacks/v1',
      toEvent: createToEvent({ source: 'urn:callback-receiver', topicPrefix: 'callbacks/v1', validators: createEventValidators([provider]) }),
    })
    for (let claims = await journal.claim('oid4vp', 10); claims.length > 0; claims = await journal.claim('oid4vp', 10)) {
      for (const claim of claims) await resolve(claim, new AbortController().signal)
    }
    const events: { readonly topic: string, readonly type: string, readonly data: JsonObject, readonly payload: JsonObject }[] = []
    for (let claims = await journal.claimEvents(10); claims.length > 0; claims = await journal.claimEvents(10)) {
      for (const claim of claims) {
        const payload = JSON.parse(claim.event.payload) as JsonObject
        events.push({ topic: claim.event.topic, type: claim.event.type, data: payload.data as JsonObject, payload })
        await journal.markPublished(claim)
      }
    }
    return events
  }

  return { app, url, register, post, told, tokenFor, provider, journal: parts.journal }
}
