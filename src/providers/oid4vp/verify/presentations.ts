import type { Json, JsonObject } from '../../../domain/callback.ts'
import { parseBounded } from '../json-text.ts'
import { isCompactJws, isObject } from './jws.ts'
import { refuse } from './refusal.ts'
import { verifySdJwtVc } from './sd-jwt-vc.ts'
import type { Binding, Credential, VerifyParts } from './verify-parts.ts'
import { verifyJwt, verifyLdp } from './w3c.ts'

const most = 16

export interface Presentation {
  /** The id of the query's credential that it answers, with DCQL. */
  readonly queryId?: string
  readonly token: string | JsonObject
}

/** `vp_token` as wallets send it, for a query with these ids (none: no DCQL). Throws `presentation_malformed`. */
export function presentationsIn (vpToken: string, queryIds: readonly string[] = []): Presentation[] {
  const value = unquoted(vpToken)
  const found = queryIds.length === 0 ? listOf(value).map(token => ({ token })) : byId(value, queryIds)
  if (found.length === 0 || found.length > most) throw refuse('presentation_malformed')
  return found
}

/** A map by id, or, from sloppy wallets, what answers the only one. */
function byId (value: Json, queryIds: readonly string[]): Presentation[] {
  const [only] = queryIds
  if (isObject(value) && Object.keys(value).every(id => queryIds.includes(id))) {
    return Object.entries(value).flatMap(([queryId, given]) => listOf(unquoted(given)).map(token => ({ queryId, token })))
  }
  if (only === undefined || queryIds.length > 1 || (isObject(value) && value.type === undefined)) throw refuse('query_not_met')
  return listOf(value).map(token => ({ queryId: only, token }))
}

function listOf (value: Json): (string | JsonObject)[] {
  return (Array.isArray(value) ? value as readonly Json[] : [value]).map(one => {
    const token = unquoted(one)
    if (typeof token === 'string' || isObject(token)) return token
    throw refuse('presentation_malformed')
  })
}

/** JSON within text, twice at most. */
function unquoted (given: Json | undefined, times = 2): Json {
  if (typeof given !== 'string') return given ?? null
  if (!/^\s*["[{]/.test(given) || times === 0) return given.trim()
  const value = parseBounded(given)
  if (value === undefined) throw refuse('presentation_malformed')
  return unquoted(value, times - 1)
}

/** The credentials of one presentation, each verified. Throws `format_unsupported` for what is none of the three formats. */
export async function verifyPresentation (token: string | JsonObject, binding: Binding, parts: VerifyParts): Promise<Credential[]> {
  if (typeof token !== 'string') return verifyLdp(token, binding, parts)
  if (token.includes('~')) return [await verifySdJwtVc(token, binding, parts)]
  if (isCompactJws(token)) return verifyJwt(token, binding, parts)
  throw refuse('format_unsupported') // an mdoc, for one
}
