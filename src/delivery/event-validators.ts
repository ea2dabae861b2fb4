import { Ajv, type ValidateFunction } from 'ajv'
import type { EventStatus } from '../domain/event.ts'
import type { JsonObject } from '../domain/callback.ts'
import type { OpenProvider } from '../providers/provider.ts'

export interface EventValidators {
  /** What is wrong with an event's `data`, in words without its values; undefined when it meets its schema. */
  faultOf (provider: string, status: EventStatus, data: JsonObject): string | undefined
}

/** One compiled schema for each event that a provider can publish. */
export function createEventValidators (providers: readonly Pick<OpenProvider, 'name' | 'events'>[]): EventValidators {
  const ajv = new Ajv({ strict: false })
  const compiled = new Map<string, ValidateFunction>()
  for (const { name, events } of providers) {
    for (const [status, schema] of Object.entries(events)) compiled.set(`${name}.${status}`, ajv.compile(schema))
  }
  return {
    faultOf (provider, status, data) {
      const validate = compiled.get(`${provider}.${status}`)
      if (validate === undefined) return 'the provider declares no such event'
      if (validate(data)) return undefined
      const [error] = validate.errors ?? []
      return `${error?.instancePath ?? ''} ${error?.message ?? 'is wrong'}`.trim()
    },
  }
}
