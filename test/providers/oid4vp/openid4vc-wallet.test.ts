import { createHash, randomBytes } from 'node:crypto'
import { setGlobalConfig, type CallbackContext } from '@openid4vc/oauth2'
import { Openid4vpClient } from '@openid4vc/openid4vp'
import { CompactEncrypt, importJWK, type JWK } from 'jose'
import t from 'tap'
import type { JsonObject } from '../../../src/domain/callback.ts'
import { openRegistered, verified, type Registered } from './open-registered.ts'
import { clientId, jwtVpOf, ldpVpOf, nonce, partyOf, sdJwtOf } from './wallet.ts'

setGlobalConfig({ allowInsecureUrls: true }) // the wallet posts to this machine

const issuer = partyOf('P-256')
const holder = partyOf('P-256')
const definition = { id: 'd', input_descriptors: [{ id: 'email_vc', constraints: { fields: [{ path: ['$.credentialSubject.email', '$.vc.credentialSubject.email'], filter: { type: 'string' } }] } }] }

const callbacks = {
  fetch,
  hash: (data: Uint8Array, alg: string) => createHash(alg.replace('-', '')).update(data).digest(),
  generateRandom: (bytes: number) => randomBytes(bytes),
  signJwt: () => { throw new Error('nothing is signed here') },
  verifyJwt: () => { throw new Error('nothing is verified here') },
  decryptJwe: () => { throw new Error('nothing is decrypted here') },
  clientAuthentication: () => {},
  async encryptJwe ({ publicJwk, alg, enc, apv }, data) {
    const header = { alg, enc, kid: publicJwk.kid ?? '', ...apv !== undefined && { apv } }
    return { encryptionJwk: publicJwk, jwe: await new CompactEncrypt(Buffer.from(data)).setProtectedHeader(header).encrypt(await importJWK(publicJwk as JWK, alg)) }
  },
} satisfies Partial<CallbackContext>

/** What the company's own server asks the wallet for. */
function requestOf (url: string, { key, oid4vp }: Registered, { mode, enc, ...query }: { readonly mode: 'direct_post' | 'direct_post.jwt', readonly enc?: string, readonly [name: string]: unknown }) {
  return {
    response_type: 'vp_token', client_id: clientId, nonce, state: key, response_mode: mode, response_uri: `${url}/v1/callback`, ...query,
    ...mode === 'direct_post.jwt' && {
      client_metadata: { jwks: { keys: [oid4vp.responseEncryptionJwk] }, encrypted_response_enc_values_supported: [enc], vp_formats_supported: { 'dc+sd-jwt': {} } },
    },
  } as never
}

async function answer (authorizationRequestPayload: never, authorizationResponsePayload: JsonObject) {
  const isSealed = (authorizationRequestPayload as { readonly response_mode: string }).response_mode === 'direct_post.jwt'
  const wallet = new Openid4vpClient({ callbacks })
  const created = await wallet.createOpenid4vpAuthorizationResponse({ authorizationRequestPayload, authorizationResponsePayload: authorizationResponsePayload as never, ...isSealed && {
    jarm: { encryption: { nonce: 'n' }, serverMetadata: { authorization_signing_alg_values_supported: [], authorization_encryption_alg_values_supported: ['ECDH-ES'], authorization_encryption_enc_values_supported: ['A128GCM', 'A256GCM'] } },
  } })
  const { response } = await wallet.submitOpenid4vpAuthorizationResponse({ authorizationRequestPayload, authorizationResponsePayload: created.authorizationResponsePayload, ...created.jarm && { jarm: created.jarm } })
  return response
}

void t.test('a wallet of oid4vc-ts answers DCQL, encrypted and not', async t => {
  const { url, register, told } = await openRegistered(t)
  for (const [mode, enc] of [['direct_post', undefined], ['direct_post.jwt', 'A128GCM'], ['direct_post.jwt', 'A256GCM']] as const) {
    const { body } = await register(verified, { returnUrl: 'https://app.example/done' })
    const request = requestOf(url, body, { mode, dcql_query: verified.dcqlQuery, ...enc && { enc } })
    const response = await answer(request, { vp_token: { email: [await sdJwtOf({ issuer, holder })] } })
    t.equal(response.status, 200, `${mode} ${enc}`)
    t.match(await response.json(), { redirect_uri: /^https:\/\/app\.example\/done\?response_code=/ })
    t.match((await told()).map(({ data }) => data), [{ state: body.key, verified: true, presentations: [{ id: 'email' }] }])
  }
})

void t.test('a wallet of oid4vc-ts answers Presentation Exchange, as a JWT and as a document', async t => {
  const { url, register, told } = await openRegistered(t)
  for (const [format, vp_token] of [['jwt_vp', jwtVpOf({ issuer, holder })], ['ldp_vp', ldpVpOf({ issuer, holder })]] as const) {
    const { body } = await register({ nonce, clientId, presentationDefinition: definition })
    const presentation_submission = { id: 's', definition_id: 'd', descriptor_map: [{ id: 'email_vc', format, path: '$', path_nested: { id: 'email_vc', format: 'x', path: '$.verifiableCredential[0]' } }] }
    const response = await answer(requestOf(url, body, { mode: 'direct_post', presentation_definition: definition }), { vp_token, presentation_submission })
    t.equal(response.status, 200, format)
    t.match((await told()).map(({ data }) => data), [{ verified: true, presentations: [{ issuer: issuer.did }] }])
  }
})

void t.test('its refusal is told, and a presentation that fails is refused to it', async t => {
  const { url, register, told } = await openRegistered(t)
  const { body } = await register()
  const request = requestOf(url, body, { mode: 'direct_post', dcql_query: verified.dcqlQuery })
  t.equal((await answer(request, { vp_token: { email: [await sdJwtOf({ issuer, holder, kb: { nonce: 'other' } })] } })).status, 400)
  t.equal((await answer(request, { error: 'access_denied', error_description: 'User declined é&=' })).status, 200)
  t.match((await told()).map(({ data }) => data), [{ error: 'nonce_mismatch', final: false }, { error: 'access_denied', errorDescription: 'User declined é&=', final: true }])
})
