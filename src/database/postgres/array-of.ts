import { textFor } from './text.ts'

/** Type ids of elements. https://github.com/postgres/postgres/blob/REL_15_STABLE/src/include/catalog/pg_type.dat */
const text = 25
const bytea = 17
const nothing = Buffer.alloc(0)

/**
 * One parameter out of many values, as `unnest` takes it: texts and bytes in PostgreSQL's binary form, which costs both sides a fraction
 * of the one with quotes and hexadecimal digits; numbers and booleans in the other.
 */
export function arrayOf (values: readonly unknown[]): Buffer | string {
  const one = values.find(value => value !== null)
  if (typeof one === 'string') return binary(text, values.map(value => value === null ? null : Buffer.from(textFor(value as string))))
  if (one instanceof Uint8Array) return binary(bytea, values as readonly (Uint8Array | null)[])
  return `{${values.map(value => value === null ? 'NULL' : String(value)).join()}}`
}

/** array_recv: dimensions, whether there are nulls, type; length and lower bound; each element after its length, -1 for null. */
function binary (type: number, elements: readonly (Uint8Array | null)[]): Buffer {
  const array = Buffer.allocUnsafe(elements.reduce((sum, element) => sum + 4 + (element ?? nothing).length, 20))
  array.writeInt32BE(1, 0)
  array.writeInt32BE(elements.includes(null) ? 1 : 0, 4)
  array.writeInt32BE(type, 8)
  array.writeInt32BE(elements.length, 12)
  array.writeInt32BE(1, 16)
  let at = 20
  for (const element of elements) {
    array.writeInt32BE(element?.length ?? -1, at)
    array.set(element ?? nothing, at + 4)
    at += 4 + (element ?? nothing).length
  }
  return array
}
