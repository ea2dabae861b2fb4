import type { JsonSchema } from './document.ts'

/** One request that the document makes us think of, and the status that the document promises, where it promises one. */
export interface Exchange {
  readonly name: string
  readonly path: string
  readonly method: string
  readonly url: string
  readonly headers: { readonly [name: string]: string }
  readonly body?: string
  readonly expected?: number
}

/** An exchange of one operation, by what makes it another one than the plain call. */
export type Asked = (name: string, rest?: Partial<Exchange>) => Exchange

/** Text that a careless reader trips over. */
export const strange = '\u0000<script>\ud83d\ude00${jndi:x}\'"'

/** Whether a schema's type takes the value. A schema without one takes all. */
export function takes ({ type }: JsonSchema, value: unknown): boolean {
  if (type === undefined) return true
  const own = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
  return [type].flat().some(each => each === own || (each === 'integer' && Number.isInteger(value)))
}
