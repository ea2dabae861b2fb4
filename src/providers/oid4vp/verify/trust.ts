import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import parseJson from 'secure-json-parse'
import { createCompile } from '../../../domain/compile.ts'
import { Failure } from '../../../domain/failure.ts'

/** Which issuers are accepted. */
export interface Trust {
  /** Ids: DIDs or https URLs. Undefined: any that can be resolved. */
  readonly issuers?: ReadonlySet<string>
  /** Certificates at which an `x5c` chain must end. */
  readonly anchors: readonly X509Certificate[]
}

/** A list of issuers' ids (DIDs, https URLs) and of trust anchors (PEM, one certificate each). */
const isList = createCompile({})<string[]>({
  type: 'array',
  items: { type: 'string', pattern: '^(did:[a-z0-9]+:\\S+|https://\\S+|\\s*-----BEGIN CERTIFICATE-----[\\s\\S]+-----END CERTIFICATE-----\\s*)$' },
})

/** Reads `OID4VP_TRUSTED_ISSUERS_FILE`; without one any issuer that can be resolved is accepted. Throws `SETTINGS_INVALID`. */
export function readTrust (file: string | undefined): Trust {
  if (file === undefined) return { anchors: [] }
  const items = itemsIn(file)
  const isCertificate = (item: string) => item.includes('-----BEGIN')
  return { issuers: new Set(items.filter(item => !isCertificate(item))), anchors: items.filter(isCertificate).map(certificateOf) }
}

function itemsIn (file: string): string[] {
  let given: unknown
  try {
    given = parseJson.parse(readFileSync(file, 'utf8'))
  } catch {
    throw invalid('cannot be read as JSON')
  }
  if (!isList(given)) throw invalid('must be a list of DIDs, https URLs and PEM certificates')
  return given
}

function certificateOf (pem: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch {
    throw invalid('has a certificate that cannot be read')
  }
}

function invalid (why: string): Failure {
  const issue = `OID4VP_TRUSTED_ISSUERS_FILE ${why}`
  return new Failure('SETTINGS_INVALID', { reason: issue, details: [{ issue, field: 'OID4VP_TRUSTED_ISSUERS_FILE', location: 'body' }] })
}
