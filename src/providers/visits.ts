import type { Callback, JsonObject } from '../domain/callback.ts'
import type { Detail } from '../domain/failure.ts'
import type { JsonSchema } from '../domain/json-schema.ts'
import type { Operation } from './operation.ts'

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
