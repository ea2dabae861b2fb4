import { Ajv, type ErrorObject, type Options } from 'ajv'

/** True for what meets its schema; else `errors` holds the faults until the next call. */
export interface Check<T> {
  (value: unknown): value is T
  errors?: ErrorObject[] | null
}

/**
 * Compiles schemas of our own, each when it is first asked: a start compiles none, and a process only those that it needs. Ajv would
 * hold each to the meta-schema, which takes longer than all of them; tests do that. It would also tidy up its code, which V8 does anyway.
 */
export function createCompile (options: Options): <T>(schema: object) => Check<T> {
  let ajv: Ajv | undefined
  return <T>(schema: object) => {
    let compiled: Check<T> | undefined
    const check: Check<T> = (value): value is T => {
      compiled ??= (ajv ??= new Ajv({ ...options, meta: false, validateSchema: false, code: { optimize: false } })).compile<T>(schema)
      const isMet = compiled(value)
      check.errors = compiled.errors ?? null
      return isMet
    }
    return check
  }
}
