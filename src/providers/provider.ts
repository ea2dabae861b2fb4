import type { FastifyRequest } from 'fastify'
import type { Callback, JsonObject } from '../domain/callback.ts'
import type { EventDraft, EventStatus } from '../domain/event.ts'
import type { Detail, FailureCode } from '../domain/failure.ts'
import type { JsonSchema } from '../domain/json-schema.ts'
import type { Registration } from '../domain/registration.ts'
import type { Result } from '../domain/result.ts'
import type { Handing, Returning, Trouble } from './operation.ts'
import type { Visits } from './visits.ts'

/** The environment variables that a provider reads: a JSON Schema property for each, with `description` and, if any, `default`. */
export type SettingsSchema = { readonly [name: string]: JsonSchema }
export type Settings = { readonly [name: string]: unknown }

/** A provider as the service knows it before its settings are read. Adding one is one folder and one line in `index.ts`. */
export interface Provider {
  /** Lower case; part of topics, event types and settings. */
  readonly name: string
  readonly settings: SettingsSchema
  /** Faults that no single setting shows, each a sentence that begins with a setting's name. */
  faultsOf? (settings: Settings, surroundings: Surroundings): string[]
  open (parts: ProviderParts): OpenProvider
}

export interface Surroundings { readonly production: boolean, readonly sandbox: boolean }

export interface ProviderParts {
  readonly settings: Settings
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

/** A provider with its settings: its ways in, how to ask it, and what its answers mean. */
export interface OpenProvider {
  readonly name: string
  readonly channels: readonly Channel[]
  /** Whether a callback of a key that nobody registered is taken, or answered 403. */
  readonly unregistered: 'accept' | 'reject'
  readonly registration: RegistrationPart
  /** The schema of `data` for each status that its events can have. */
  readonly events: { readonly [status in EventStatus]?: JsonSchema }
  /** Asks for the key's result. Throws `Failure`; must end soon after `signal` aborts and within 8 s in any case. */
  fetchResult (callback: Callback, signal: AbortSignal): Promise<Result>
  /** How many results it may be asked for at once; default: `mostAtOnce`. */
  readonly atOnce?: number
  /** What a result means for the subscriber, and whether to ask again. Pure: same input, same verdict. */
  toEvents (asked: Asked): Verdict
  /** Why the parameters of a callback, or the `data` of an event, mean a failure, as far as a person needs to know; undefined: they mean none. */
  troubleIn? (members: JsonObject): Trouble | undefined
  /** What users do while they wait on our pages; absent: nothing. */
  readonly visits?: Visits
  /** How clients claim what a callback brought, instead of reading it from an event; absent: they do not. */
  readonly handing?: Handing
  /** How browsers come back from a registered authorization whose callback a server brings; absent: they do not come here. */
  readonly returning?: Returning
  /** Whether the last calls to the provider went well; shown by readiness under the provider's name. */
  health (): Health
  close (): Promise<void>
}

/** Most results that one provider is asked for at once: a bound for its connections and our memory. */
export const mostAtOnce = 256

export interface Health { readonly status: 'ok' | 'degraded' | 'failing', readonly reason?: string }

export interface Asked {
  readonly callback: Callback
  readonly result: Result
  /** Milliseconds since the callback was received. */
  readonly age: number
  /** How often this callback's result was asked for and told before this time. */
  readonly asks: number
  /** Which refused callback of its key this one is, from 1; 0 or absent when it was not refused. */
  readonly refusals?: number
}

export interface Verdict {
  readonly events: readonly EventDraft[]
  /** Milliseconds until the result is asked for again; absent when this callback needs no further asking. */
  readonly askAgainIn?: number
}

/** What registering a key means for this provider. */
export interface RegistrationPart {
  /** The schema of the member of `POST /v1/registrations` that bears the provider's name; absent: it takes none. */
  readonly schema?: JsonSchema
  /** The schema of what `reply` holds, for the documents. */
  readonly replySchema?: JsonSchema
  /** Faults of the wish that no schema shows, the key's form among them. */
  faultsOf (wish: RegistrationWish): Detail[]
  /** The key (made here when the wish has none), what is kept sealed, and what the client is told of it. */
  toRegistration (wish: RegistrationWish): Promise<{ readonly key: string, readonly details: JsonObject, readonly reply: JsonObject }>
  /** Clients on whose own topics the key's events come out too: the subscriber, and nobody else unless the caller may register for anybody. */
  alsoTold? (wish: RegistrationWish): readonly string[]
  /** The path below `PUBLIC_URL` to which the key's callback comes. */
  callbackPath (key: string): string
  /** A callback that stands for the user who never comes back: its result is asked for from `due` (milliseconds since 1970) on. Absent: nothing is asked. */
  expected? (registration: Registration, traceparent: string): { readonly callback: Callback, readonly due: number }
}

export interface RegistrationWish {
  readonly key?: string
  readonly subscriber: string
  /** The member that bears the provider's name. */
  readonly given?: JsonObject
}

/** One way in: a method, its paths, the shape of its parameters and what they mean. */
export interface Channel {
  readonly method: 'GET' | 'POST'
  /** The first is the documented one, the others are aliases. */
  readonly paths: readonly [string, ...string[]]
  readonly kind: 'front' | 'back'
  /** True when browsers of any origin may call it (`@fastify/cors`). */
  readonly cors: boolean
  /** What the operation is called and says in OpenAPI. */
  readonly operationId: string
  readonly summary: string
  /** The schema of the parameters: a GET's query, a POST's body. Names not listed are ignored and not kept. */
  readonly parameters: JsonSchema
  /** The same as an HTML form, whose values are all text; absent: the channel takes no form (415). */
  readonly form?: JsonSchema
  /** Requests for the documents, by name; each must meet the schema. */
  readonly examples: { readonly [name: string]: JsonObject }
  /** The schema of the 200 reply as JSON. */
  readonly reply: JsonSchema
  /** What it may refuse with beside faults of its parameters, for the documents. */
  readonly failures?: readonly FailureCode[]
  /** Bytes to parameters where neither the query parser nor JSON does it; default: the query, or the body. */
  read? (request: FastifyRequest): Promise<unknown> | unknown
  /** Faults that the schema cannot express, found whether or not the schema is met. */
  faultsOf? (parameters: JsonObject): Detail[]
  /**
   * What was sent, made readable before the schema is applied to it (as a form or as JSON, by the media type): encrypted parameters
   * opened with the registration's key, the path's key filled in. Called after `keyOf`, with what was sent as an object. Throws `Failure`.
   */
  open? (parameters: JsonObject, path: { readonly [name: string]: string }, registration?: Registration): JsonObject | Promise<JsonObject>
  /** The key that the parameters or the path name, before anything is checked; undefined when they name none. */
  keyOf (parameters: JsonObject, path: { readonly [name: string]: string }): string | undefined
  /**
   * Parameters without fault, to a callback; `registration` is the key's, if there is one that has not expired. It is looked for where
   * the channel opens or examines, or the provider takes registered keys only.
   */
  toCallback (parameters: JsonObject, traceparent: string, registration?: Registration): Callback | Promise<Callback>
  /**
   * A check that costs, asked only for a callback of a registered key that the journal does not `recognise`: the callback as it is to be
   * kept and appended, with `refused` when it fails (kept, told as failed, and answered 400 with these details). A `Failure` that it throws
   * keeps nothing.
   */
  examine? (callback: Callback, registration: Registration): Promise<Callback>
  /** The reply's members beside those that the callback brought; `id` is the entry's. */
  toReply (id: string, callback: Callback): JsonObject
}
