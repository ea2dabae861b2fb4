import type { X509Certificate } from 'node:crypto'
import { refuse } from './refusal.ts'

interface Value { readonly tag: number, readonly content: Buffer }

const extensionsTag = 0xa3 // [3] of TBSCertificate
const textTag = 0x04 // OCTET STRING

/** A certificate's extensions by object id (DER, as hex), each as the bytes that it holds: RFC 5280 §4.1. Node shows only some of them. */
export function extensionsOf ({ raw }: Pick<X509Certificate, 'raw'>): Map<string, Buffer> {
  const [certificate] = valuesIn(raw)
  const [signed] = valuesIn(certificate?.content)
  const all = valuesIn(signed?.content).find(({ tag }) => tag === extensionsTag)
  const [list] = valuesIn(all?.content)
  return new Map(valuesIn(list?.content).map(({ content }) => {
    const [id, ...rest] = valuesIn(content)
    return [id?.content.toString('hex') ?? '', rest.find(({ tag }) => tag === textTag)?.content ?? Buffer.alloc(0)]
  }))
}

/** The values that stand one after the other in DER (X.690 §8.1). OpenSSL has read the certificate before, but not what its extensions hold. Throws `issuer_key_unresolvable`. */
export function valuesIn (bytes: Buffer = Buffer.alloc(0)): Value[] {
  const values: Value[] = []
  for (let at = 0; at + 1 < bytes.length;) {
    const [tag = 0, first = 0] = bytes.subarray(at, at + 2)
    const more = first < 0x80 ? 0 : first & 0x7f // bytes that say the length
    const from = at + 2 + more
    if (more > 4 || from > bytes.length) throw refuse('issuer_key_unresolvable')
    const length = more === 0 ? first : bytes.readUIntBE(at + 2, more)
    values.push({ tag, content: bytes.subarray(from, from + length) })
    at = from + length
  }
  return values
}
