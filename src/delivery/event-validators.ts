import type { EventStatus } from '../domain/event.ts'
import type { JsonObject } from '../domain/callback.ts'
import { createCompile, type Check } from '../domain/compile.ts'
import type { OpenProvider } from '../providers/provider.ts'

export interface EventValidators {
  /** What is wrong with an event's `data`, in words without its values; undefined when it meets its schema. */
  faultOf (provider: string, status: EventStatus, data: JsonObject): string | undefined
}

/** One schema for each event that a provider can publish. */
export function createEventValidators (providers: readonly Pick<OpenProvider, 'name' | 'events'>[]): EventValidators {
  const compile = createCompile({ strict: false })
  const validators = new Map<string, Check<JsonObject>>()
  for (const { name, events } of providers) {
    for (const [status, schema] of Object.entries(events)) validators.set(`${name}.${status}`, compile(schema))
  }
  return {
    faultOf (provider, status, data) {
      const validate = validators.get(`${provider}.${status}`)
      if (validate === undefined) return 'the provider declares no such event'
      if (validate(data)) return undefined
      const [error] = validate.errors ?? []
      return `${error?.instancePath ?? ''} ${error?.message ?? 'is wrong'}`.trim()
    },
  }
}
