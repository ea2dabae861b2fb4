import type { DcqlCredential, DcqlQuery as Query } from 'dcql'
import type { JsonObject } from '../../../domain/callback.ts'
import { inTime, largest, longest } from './in-time.ts'
import { isObject } from './jws.ts'
import { refuse } from './refusal.ts'
import type { Credential } from './verify-parts.ts'

/** What is read of a DCQL query here; the rest is the library's. */
export interface DcqlPart {
  readonly id: string
  readonly format: string
  readonly isBound: boolean
}

/** Formats of DCQL that are verified here. `vc+sd-jwt` is how drafts before 23 named `dc+sd-jwt`. */
const formats = ['dc+sd-jwt', 'vc+sd-jwt', 'jwt_vc_json', 'ldp_vc']

/** Why a query cannot be checked here, as a sentence without its subject; undefined for one that can. */
export async function faultOfDcql (query: JsonObject): Promise<string | undefined> {
  const { DcqlQuery } = await import('dcql') // loaded with the first query
  if (JSON.stringify(query).length > largest) return 'is too large to be checked here: register with verify false'
  try {
    const parsed = inTime(() => DcqlQuery.parse(query as Query.Input), longest.read)
    DcqlQuery.validate(parsed)
    const foreign = parsed.credentials.find(({ format }) => !formats.includes(format))
    return foreign === undefined ? undefined : `asks for ${foreign.format}, which cannot be verified here: register with verify false`
  } catch {
    return 'is no DCQL query'
  }
}

export async function partsOfDcql (query: JsonObject): Promise<DcqlPart[]> {
  const { DcqlQuery } = await import('dcql')
  return DcqlQuery.parse(query as Query.Input).credentials.map(({ id, format, require_cryptographic_holder_binding: isBound }) => ({ id, format, isBound }))
}

/** The query is met by what was presented, and nothing else was presented: OpenID4VP 1.0 §8.6. Throws `query_not_met`. */
export async function assertDcqlMet (query: JsonObject, presented: ReadonlyMap<string, readonly Credential[]>): Promise<void> {
  const { DcqlPresentationResult, DcqlQuery } = await import('dcql')
  const parts = await partsOfDcql(query)
  const byId = Object.fromEntries([...presented].map(([id, credentials]) => [id, credentials.map(credential => asDcql(credential, parts.find(part => part.id === id)))]))
  if (!inTime(isMet, longest.hold)) throw refuse('query_not_met') // the library's work grows with the square of a list

  function isMet (): boolean {
    try {
      return DcqlPresentationResult.fromDcqlPresentation(byId, { dcqlQuery: withMarks(DcqlQuery.parse(query as Query.Input)) }).can_be_satisfied
    } catch {
      return false
    }
  }
}

/** Every name with a mark before it: the library finds the members of prototypes too (`constructor`, `length`), and so marked there are none. */
function marked (value: unknown): unknown {
  if (Array.isArray(value)) return value.map(marked)
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([name, member]) => [`$${name}`, marked(member)])) : value
}

function withMarks (query: Query.Output): Query.Output {
  const markedPath = (claim: object) => 'path' in claim ? { ...claim, path: (claim.path as unknown[]).map(step => typeof step === 'string' ? `$${step}` : step) } : claim
  const credentials = query.credentials.map(credential => credential.claims === undefined ? credential : { ...credential, claims: credential.claims.map(markedPath) })
  return { ...query, credentials: credentials as unknown as Query.Output['credentials'] }
}

function asDcql ({ format, claims, types, holderBound, authorities }: Credential, part: DcqlPart | undefined): DcqlCredential {
  const authority = authorities.length === 0 ? {} : { authority: { type: 'aki', values: [...authorities] } }
  const own = { claims: marked(claims), cryptographic_holder_binding: holderBound, ...authority }
  const credential = format === 'dc+sd-jwt'
    ? { ...own, credential_format: part?.format === 'vc+sd-jwt' ? 'vc+sd-jwt' : 'dc+sd-jwt', vct: types[0] }
    : { ...own, credential_format: format, type: [...types] }
  return credential as DcqlCredential
}
