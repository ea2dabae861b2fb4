import type { Callback, JsonObject } from '../domain/callback.ts'
import type { Registration } from '../domain/registration.ts'
import type { JsonSchema } from '../domain/json-schema.ts'

/** Each has its plain words on the landing page. */
export type Trouble = 'cancelled' | 'rejected' | 'expired' | 'unavailable' | 'reconnect' | 'interrupted' | 'unsupported' | 'failed'

export interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly reply: JsonSchema
}

/** An operation by which a client is handed, once, what the callback of a registered key brought. */
export interface Handing extends Operation {
  /** The first is the documented one, the others are aliases. */
  readonly paths: readonly [string, ...string[]]
  readonly body: JsonSchema
  readonly examples: { readonly [name: string]: JsonObject }
  /** The key that a body is about, before it is known whether it may be. */
  keyOf (body: JsonObject): string
  /** Whether the body proves what only the client and its user know; in constant time. */
  isProved (body: JsonObject, registration: Registration): boolean
  /** Undefined when the callback brought nothing that could be handed over. */
  toReply (callback: Callback, registration: Registration): JsonObject | undefined
}

/** The way in for a browser whose user is done elsewhere. What it brings decides nothing. */
export interface Returning extends Operation {
  /** Each has the parameter `:key`; the first is the documented one, the others are aliases. */
  readonly paths: readonly [string, ...string[]]
  readonly parameters: JsonSchema
  readonly examples: { readonly [name: string]: JsonObject }
  /** Whether this browser, with this `Cookie` header, is the one whose user the callback is of; in constant time. */
  isTheirs (query: JsonObject, registration: Registration, cookie?: string): boolean
  /** A callback that the browser itself brought, for the journal; undefined: it brought none. */
  toCallback (query: JsonObject, traceparent: string, registration: Registration): Callback | undefined
  /** What the registered app is told, added to its return URL. */
  onward (query: JsonObject): { readonly [name: string]: string }
  troubleIn (query: JsonObject): Trouble | undefined
}
