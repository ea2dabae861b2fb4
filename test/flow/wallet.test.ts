import { CompactEncrypt, importJWK } from 'jose'
import mqtt from 'mqtt'
import t from 'tap'
import { makeClients, patientFetch } from '../clients.ts'
import { directoryFor, startProcess } from '../process.ts'
import { clientId, nonce, partyOf, sdJwtOf, vct } from '../providers/oid4vp/wallet.ts'

const correlationId = 'f2f3f4b6-43a1-4b7e-a07c-5a1a9a1d5a0e'
const dcqlQuery = { credentials: [{ id: 'email', format: 'dc+sd-jwt', meta: { vct_values: [vct] }, claims: [{ path: ['email'] }] }] }

void t.test("an encrypted presentation, verified, becomes the company's event and Affinidi's, and is fetched once", async t => {
  const directory = directoryFor(t)
  const { environment, tokenFor } = await makeClients(directory, { 'app-7': 'registrations subscribe results' })
  const { url, mqtt: broker } = await startProcess(t, { directory, ...environment, RETURN_URL_ORIGINS: 'https://app.example' })
  const token = await tokenFor('app-7')
  const asClient = async (path: string, body: object) => {
    const reply = await patientFetch(`${url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: JSON.stringify(body) })
    return { status: reply.status, body: await reply.json() as { readonly [name: string]: unknown } }
  }

  const registered = await asClient('/v1/registrations', {
    provider: 'oid4vp', returnUrl: 'https://app.example/done', oid4vp: { nonce, clientId, dcqlQuery, correlationId, connectionClientId: 'app-7' },
  })
  t.equal(registered.status, 201)
  const { key, topic, oid4vp: { transactionId, responseEncryptionJwk: jwk } } = registered.body as { key: string, topic: string, oid4vp: { transactionId: string, responseEncryptionJwk: { kid: string, kty: 'EC' } } }

  const subscriber = await mqtt.connectAsync(broker, { username: 'app-7', password: token, protocolVersion: 4 })
  t.teardown(() => subscriber.endAsync(true))
  const received = new Map<string, { readonly [name: string]: unknown }>()
  const both = new Promise<void>(resolve => {
    subscriber.on('message', (topic, payload) => { received.set(topic, JSON.parse(payload.toString()) as object as { [name: string]: unknown }); if (received.size === 2) resolve() })
  })
  await subscriber.subscribeAsync(['callbacks/v1/app-7/#', 'iota/v1/app-7'], { qos: 1 })

  const iat = Math.floor(Date.now() / 1000)
  const presentation = await sdJwtOf({ issuer: partyOf(), holder: partyOf(), claims: { iat }, kb: { iat } })
  const sealed = await new CompactEncrypt(Buffer.from(JSON.stringify({ vp_token: { email: [presentation] }, state: key })))
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid: jwk.kid }).encrypt(await importJWK(jwk, 'ECDH-ES'))
  const answer = await patientFetch(`${url}/v1/callback`, { method: 'POST', body: new URLSearchParams({ response: sealed }) })
  t.equal(answer.status, 200)
  const responseCode = new URL((await answer.json() as { redirect_uri: string }).redirect_uri).searchParams.get('response_code') ?? ''

  await both
  const vpToken = JSON.stringify({ email: [presentation] })
  t.match(received.get(topic), { type: 'callbacks.oid4vp.completed.v1', data: { state: key, responseCode, vpToken, verified: true, presentations: [{ id: 'email', types: [vct] }] } })
  t.strictSame(received.get('iota/v1/app-7'), { eventType: 'response-callback', correlationId, vpToken })
  t.match(await asClient('/v1/fetch-iota-response', { transactionId, responseCode, correlationId }), { status: 200, body: { vpToken, vp_token: vpToken, nonce } })
  t.match(await asClient('/v1/fetch-iota-response', { transactionId: 'other', responseCode, correlationId }), { status: 403 })
})
