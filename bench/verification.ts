import { createVerify } from '../src/providers/oid4vp/verify/verify.ts'
import { clientId, jwtVpOf, ldpVpOf, nonce, now, partyOf, sdJwtOf, vct } from '../test/providers/oid4vp/wallet.ts'

const rounds = 2000
/** Milliseconds that the median must stay below. */
const most = 3
const verify = createVerify({ trust: { anchors: [] }, now, fetchGuarded: async () => ({ status: 404, body: '' }) })
const wish = { issuer: partyOf('P-256'), holder: partyOf('P-256') }
const dcqlQuery = { credentials: [{ id: 'email', format: 'dc+sd-jwt', meta: { vct_values: [vct] }, claims: [{ path: ['email'] }] }] }

/** Processor time of one verification, in milliseconds, once everything is loaded and warm: ES256, issuer and holder. */
const kinds = [
  ['SD-JWT VC with KB-JWT, DCQL', JSON.stringify({ email: [await sdJwtOf(wish)] }), { nonce, clientId, dcqlQuery }],
  ['JWT VP with a JWT VC', jwtVpOf(wish), { nonce, clientId }],
  ['ecdsa-jcs-2019', JSON.stringify(ldpVpOf(wish)), { nonce, clientId }],
] as const

for (const [kind, vpToken, request] of kinds) {
  for (let round = 0; round < 100; round++) await verify({ vpToken }, request)
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage()
    await verify({ vpToken }, request)
    const { user, system } = process.cpuUsage(before)
    times.push((user + system) / 1000)
  }
  const [median = NaN, p99 = NaN] = [0.5, 0.99].map(part => times.toSorted((a, b) => a - b)[Math.floor(rounds * part)])
  console.log(`${kind}: median ${median.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`)
  if (!(median < most)) process.exitCode = 1
}
