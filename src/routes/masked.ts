import type { Json, JsonObject } from '../domain/callback.ts'
import { describe } from './parameter-faults.ts'

/** Names whose text says what happened, and to what; never to whom. */
const open = /^(?:status|reason|stage|code|name|id|.*Id)$/

/** An event's data for an operator: ids, statuses, reasons and yes or no as they are, of all else only what kind of value it is. */
export function maskedOf (data: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, valueOf(name, value, key)]))
}

function valueOf (name: string, value: Json | undefined, key: string): Json | undefined {
  if (value === null || value === undefined || typeof value === 'boolean' || value === key) return value
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object') return maskedOf(value as JsonObject, key)
  return open.test(name) ? value : describe(value)
}
