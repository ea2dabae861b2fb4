import parseJson from 'secure-json-parse'
import type { Json } from '../../domain/callback.ts'

/** No presentation is nested this deep; what is deeper would exhaust the stack of whoever reads it. */
export const deepest = 64

/** JSON text to its value; undefined for anything else, and for JSON that is hostile or nested too deep. */
export function parseBounded (text: string): Json | undefined {
  try {
    const value = parseJson.parse(text, null, { protoAction: 'error', constructorAction: 'error' }) as Json
    return isDeep(value) ? undefined : value
  } catch {
    return undefined
  }
}

export function isDeep (value: Json | undefined, levels = deepest): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some(member => isDeep(member, levels - 1))
}
