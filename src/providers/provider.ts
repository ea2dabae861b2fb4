import type { FastifyRequest } from 'fastify'
import type { Callback, JsonObject } from '../domain/callback.ts'
import type { EventDraft, EventStatus } from '../domain/event.ts'
import type { Detail, FailureCode } from '../domain/failure.ts'
import type { Registration } from '../domain/registration.ts'
import type { Result } from '../domain/result.ts'

/** A JSON Schema, draft-07, as Ajv takes it. */
export type JsonSchema = { readonly [word: string]: unknown }

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

/** Each has its plain words on the landing page. */
export type Trouble = 'cancelled' | 'rejected' | 'expired' | 'unavailable' | 'reconnect' | 'interrupted' | 'unsupported' | 'failed'

/**
 * The acts that call the provider while a user waits. The machine never repeats one: after a crash the result tells. All of them
 * throw what `fetchResult` throws, and end within 8 s.
 */
export interface Visits {
  /** True: steps are taken on our pages. False: subscribers are told of them, and the company's own app takes them. */
  readonly hosted: boolean
  /** The path below which each step has its page. */
  readonly pages: string
  /** The step that the parameters of a callback, or the `data` of an event, ask of the user. */
  stepIn (members: JsonObject): Step | undefined
  /** Hands on what the user entered, by the names of the step's inputs. */
  enter (key: string, entered: { readonly [name: string]: string }, signal: AbortSignal): Promise<Entered>
  /** The operation by which a company's own app hands on what the user entered there. */
  readonly entering: Operation & {
    /** Has the parameter `:id`, the key. */
    readonly path: string
    readonly body: JsonSchema
    /** What the body holds, once it meets its schema. */
    enteredIn (body: JsonObject): { readonly [name: string]: string }
    keyFaults (key: string): Detail[]
  }
  /** A way in for browsers whose query only the provider can read. Absent: there is none. */
  readonly arriving?: Operation & {
    readonly path: string
    /** The query, letter for letter as it came. */
    arrive (query: string, traceparent: string, signal: AbortSignal): Promise<Arrived>
    toReply (id: string): JsonObject
  }
}

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

/** What the user has to do. */
export interface Step {
  /** Equal for equal steps. */
  readonly mark: string
  /** In the order of the page. */
  readonly parts: readonly StepPart[]
}

/** One part of a step's page. `secret`: what is typed must not be seen; `oneTime`: a code that phones can fill in. A step without an `input` or `choice` waits: the user confirms elsewhere. */
export type StepPart =
  | { readonly kind: 'words', readonly text: string }
  | { readonly kind: 'image', readonly source: string }
  | { readonly kind: 'input', readonly name: string, readonly label?: string, readonly hint?: string, readonly secret: boolean, readonly oneTime: boolean }
  | { readonly kind: 'choice', readonly name: string, readonly label?: string, readonly hint?: string, readonly options: readonly string[] }

/** What the provider said to what was entered. */
export interface Entered {
  /** `step`: more is wanted; `again`: it was wrong, and may be tried again; `wait`: the result will tell; `cancelled`: the user refused. */
  readonly next: 'step' | 'redirect' | 'again' | 'wait' | 'cancelled'
  /** Parameters of the callback that stands for this in the journal: nothing of what was entered. */
  readonly parameters: JsonObject
  /** https only; with `redirect`. */
  readonly redirectUrl?: string
  /** What the company's own app is told. */
  readonly reply: JsonObject
}

export interface Arrived {
  readonly callback: Callback
  /** https only. */
  readonly redirectUrl?: string
}
