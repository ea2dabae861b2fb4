import { verify } from 'node:crypto'
import type { Algorithm, PublicKey } from '../did/public-key.ts'

/** True when one of the keys that go with the algorithm signed the compact JWS. */
export async function isSignedByOneOf (keys: readonly PublicKey[], algorithm: Algorithm, jws: string): Promise<boolean> {
  for (const { key, algorithms } of keys) {
    if (algorithms.includes(algorithm) && await isSignedBy(key, algorithm, jws)) return true
  }
  return false
}

async function isSignedBy (key: PublicKey['key'], algorithm: Algorithm, jws: string): Promise<boolean> {
  if (algorithm === 'ES256K') return isSignedWithSecp256k1(key, jws) // jose has none
  const { compactVerify } = await import('jose') // loaded with the first signature: the process is ready sooner without it
  return compactVerify(jws, key, { algorithms: [algorithm] }).then(() => true, () => false)
}

function isSignedWithSecp256k1 (key: PublicKey['key'], jws: string): boolean {
  const end = jws.lastIndexOf('.')
  return verify('sha256', Buffer.from(jws.slice(0, end)), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(jws.slice(end + 1), 'base64url')) // RFC 8812 §3.2
}
