import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readTrust } from '../../../../src/providers/oid4vp/verify/trust.ts'
import { createVerify } from '../../../../src/providers/oid4vp/verify/verify.ts'
import { clientId, nonce, partyOf, sdJwtOf, type SdJwtWish } from '../wallet.ts'

const issuer = partyOf('P-256')
const holder = partyOf('P-256')

/** A root, an authority below it and the issuer's own certificate, made by OpenSSL, valid from now on for ten days. */
function chainOf (t: Test) {
  const dir = t.testdir()
  const at = (name: string) => join(dir, name)
  const openssl = (...parts: string[]) => execFileSync('openssl', parts, { cwd: dir, stdio: 'pipe' })
  writeFileSync(at('leaf.key'), issuer.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  writeFileSync(at('ca.cnf'), 'basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid:always\n')
  writeFileSync(at('agree.cnf'), 'basicConstraints=CA:FALSE\nkeyUsage=critical,keyAgreement\nsubjectAltName=DNS:issuer.example\n')
  writeFileSync(at('sign.cnf'), 'basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\nsubjectAltName=DNS:issuer.example\n')
  writeFileSync(at('bound.cnf'), 'basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\nnameConstraints=critical,permitted;DNS:other.example\n')
  writeFileSync(at('signer.cnf'), 'basicConstraints=critical,CA:TRUE\nkeyUsage=digitalSignature\n')
  writeFileSync(at('broken.cnf'), 'basicConstraints=CA:FALSE\n2.5.29.15=DER:038700\n')
  writeFileSync(at('nameless.cnf'), 'basicConstraints=CA:FALSE\nsubjectAltName=critical,DNS:issuer.example\n')
  writeFileSync(at('leaf.cnf'), 'basicConstraints=CA:FALSE\nsubjectAltName=DNS:issuer.example\nauthorityKeyIdentifier=keyid:always\n')
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  for (const name of ['root', 'stranger']) {
    openssl('req', '-x509', ...curve, '-keyout', `${name}.key`, '-out', `${name}.pem`, '-days', '10', '-subj', `/CN=${name}`)
  }
  openssl('req', ...curve, '-keyout', 'ca.key', '-out', 'ca.csr', '-subj', '/CN=ca')
  openssl('x509', '-req', '-in', 'ca.csr', '-CA', 'root.pem', '-CAkey', 'root.key', '-CAcreateserial', '-out', 'ca.pem', '-days', '10', '-extfile', 'ca.cnf')
  openssl('req', '-new', '-key', 'leaf.key', '-out', 'leaf.csr', '-subj', '/CN=leaf')
  openssl('x509', '-req', '-in', 'leaf.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-out', 'leaf.pem', '-days', '10', '-extfile', 'leaf.cnf')
  const issue = (name: string, by: string, config: string, csr: string) => openssl('x509', '-req', '-in', csr, '-CA', `${by}.pem`, '-CAkey', by === 'root' ? 'root.key' : 'ca.key', '-CAcreateserial', '-out', `${name}.pem`, '-days', '10', '-extfile', config)
  issue('agree', 'ca', 'agree.cnf', 'leaf.csr')
  issue('sign', 'ca', 'sign.cnf', 'leaf.csr')
  issue('broken', 'ca', 'broken.cnf', 'leaf.csr')
  openssl('req', '-new', '-key', 'leaf.key', '-out', 'nameless.csr', '-subj', '/')
  issue('nameless', 'ca', 'nameless.cnf', 'nameless.csr')
  for (const name of ['bound', 'signer']) { // authorities with the key of `ca`
    issue(name, 'root', `${name}.cnf`, 'ca.csr')
    issue(`${name}-leaf`, name, 'leaf.cnf', 'leaf.csr')
  }
  const pem = (name: string) => readFileSync(at(`${name}.pem`), 'utf8')
  return { pem, der: (name: string) => new X509Certificate(pem(name)).raw.toString('base64'), at }
}

void t.test('a chain that ends at an anchor proves its issuer, and no other does', async t => {
  const { pem, der, at } = chainOf(t)
  const day = 86_400_000
  const atTime = Date.now()
  const seconds = Math.floor(atTime / 1000)
  const verified = async (anchors: string[], wish: Partial<SdJwtWish>, now = atTime) => {
    writeFileSync(at('trusted.json'), JSON.stringify(anchors))
    const verify = createVerify({ trust: readTrust(at('trusted.json')), now: () => now, fetchGuarded: async () => ({ status: 404, body: '' }) })
    return verify({ vpToken: await sdJwtOf({ issuer, holder, kb: { iat: Math.floor(now / 1000) }, ...wish, claims: { iat: seconds - 10, ...wish.claims } }) }, { nonce, clientId })
  }
  const chain = { header: { x5c: [der('leaf'), der('ca')], kid: undefined } }
  const iss = { claims: { iss: 'https://issuer.example/a' } }
  t.match(await verified([pem('root')], { ...chain, ...iss }), [{ issuer: 'https://issuer.example/a' }], 'the name that the certificate has')
  t.match(await verified([pem('root')], { ...chain, claims: { iss: 'https://other.example' } }), [{ issuer: 'CN=leaf' }], 'any other name is not believed')
  t.match(await verified([pem('root')], { ...chain, claims: { iss: undefined } }), [{ issuer: 'CN=leaf' }])
  t.match(await verified([pem('ca')], { header: { x5c: [der('leaf')] } }), [{ issuer: 'CN=leaf' }], 'an anchor below the root')
  t.match(await verified([pem('leaf')], { header: { x5c: [der('leaf')] } }), [{ issuer: 'CN=leaf' }], 'a certificate that is trusted itself')
  t.match(await verified([pem('root')], { header: { x5c: [der('sign'), der('ca')] } }), [{ issuer: 'CN=leaf' }], 'a certificate for signatures')
  t.match(await verified([pem('root')], { header: { x5c: [der('nameless'), der('ca')] }, claims: { iss: undefined } }), [{ issuer: 'DNS:issuer.example' }], 'a certificate without a subject, RFC 5280 §4.1.2.6')
  for (const iss of ['http://issuer.example', 'ftp://issuer.example/', 'https://user@issuer.example', 'javascript://issuer.example/%0a', 'issuer.example']) {
    t.match(await verified([pem('root')], { ...chain, claims: { iss } }), [{ issuer: 'CN=leaf' }], `a name of the certificate in an address that is none: ${iss}`)
  }
  for (const [claim, reason, anchors, wish, now] of [
    ['a certificate that is not for signatures', 'issuer_not_accepted', [pem('root')], { header: { x5c: [der('agree'), der('ca')] } }],
    ['a certificate whose use cannot be read', 'issuer_key_unresolvable', [pem('root')], { header: { x5c: [der('broken'), der('ca')] } }],
    ['an authority for some names only', 'issuer_not_accepted', [pem('root')], { header: { x5c: [der('bound-leaf'), der('bound')] } }],
    ['an authority that must not issue', 'issuer_not_accepted', [pem('root')], { header: { x5c: [der('signer-leaf'), der('signer')] } }],
    ['another anchor', 'issuer_not_accepted', [pem('stranger')], chain],
    ['no anchor', 'issuer_not_accepted', ['did:web:a.example'], chain],
    ['a gap in the chain', 'issuer_not_accepted', [pem('root')], { header: { x5c: [der('leaf')] } }],
    ['a chain out of order', 'issuer_not_accepted', [pem('root')], { header: { x5c: [der('leaf'), der('stranger'), der('ca')] } }],
    ['a leaf that issues', 'issuer_not_accepted', [pem('leaf')], { header: { x5c: [der('stranger')] } }],
    ['certificates of the past', 'issuer_not_accepted', [pem('root')], chain, atTime + 11 * day],
    ['a DID where only certificates are trusted', 'issuer_not_accepted', [pem('root')], {}],
    ["another's certificate", 'signature_invalid', [pem('root')], { header: { x5c: [der('root')] } }],
    ['no certificate', 'issuer_key_unresolvable', [pem('root')], { header: { x5c: ['AAAA'] } }],
    ['too long a chain', 'issuer_key_unresolvable', [pem('root')], { header: { x5c: Array.from({ length: 7 }, () => der('ca')) } }],
  ] as const) await t.rejects(verified([...anchors], wish, now), { code: 'PRESENTATION_REFUSED', reason }, claim)

  const queried = createVerify({ trust: { anchors: [new X509Certificate(pem('root'))] }, now: () => atTime, fetchGuarded: async () => ({ status: 404, body: '' }) })
  const aki = execFileSync('openssl', ['x509', '-in', at('leaf.pem'), '-noout', '-ext', 'authorityKeyIdentifier'], { encoding: 'utf8' }).replaceAll(/[^]*Identifier:|keyid:|[\s:]/g, '')
  const queryOf = (value: string) => ({ credentials: [{ id: 'a', format: 'dc+sd-jwt', meta: { vct_values: ['https://credentials.example/email'] }, trusted_authorities: [{ type: 'aki', values: [value] }] }] })
  const vpToken = JSON.stringify({ a: [await sdJwtOf({ issuer, holder, ...chain, kb: { iat: seconds }, claims: { iat: seconds - 10 } })] })
  t.equal((await queried({ vpToken }, { nonce, clientId, dcqlQuery: queryOf(Buffer.from(aki, 'hex').toString('base64url')) })).length, 1, 'the authority that the query trusts')
  await t.rejects(queried({ vpToken }, { nonce, clientId, dcqlQuery: queryOf('AAAA') }), { code: 'PRESENTATION_REFUSED', reason: 'query_not_met' })
})

void t.test('a file that is no list of issuers stops the start', async t => {
  const dir = t.testdir({ 'broken.json': '{', 'object.json': '{}', 'http.json': '["http://a.example"]', 'number.json': '[1]', 'pem.json': JSON.stringify(['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----']) })
  for (const name of ['broken', 'object', 'http', 'number', 'pem', 'absent']) {
    t.throws(() => readTrust(join(dir, `${name}.json`)), { code: 'SETTINGS_INVALID', reason: /OID4VP_TRUSTED_ISSUERS_FILE/ }, name)
  }
  t.strictSame(readTrust(undefined), { anchors: [] })
})
