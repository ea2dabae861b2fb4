import type { Detail } from './failure.ts'

/** Any value that JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json | undefined }
export type JsonObject = { readonly [name: string]: Json | undefined }

/** One HTTP call that says an authorization ended or needs a step, normalised by its provider. */
export interface Callback {
  /** Whose authorization it is: a provider's `name`. */
  readonly provider: string
  /** `front`: a browser brought it, so anyone may have forged it; `back`: a server posted it. */
  readonly channel: 'front' | 'back'
  /** The provider's id for the authorization: token request id, or `state`. */
  readonly key: string
  /** The parameters that mean something; a repeat is recognised by them, so their order is fixed by the provider. */
  readonly parameters: JsonObject
  /** Parameters that are kept but do not make a callback another one, such as a trace id. */
  readonly incidental?: JsonObject
  /** Members of the reply besides `message`, fresh for a new callback; a repeat is answered with the first one's. */
  readonly reply?: JsonObject
  /** True when the key takes one callback only: another body for a used key is refused (`KEY_USED`). */
  readonly singleUse?: boolean
  /** What a check beyond the schema found wrong: the callback is kept and told as failed, answered 400, and leaves a single-use key open for `mostRefusals`. */
  readonly refused?: readonly Detail[]
  /** W3C Trace Context `traceparent` of the request, kept for the event. */
  readonly traceparent: string
}

/** A single-use key is closed by its first accepted callback, or by this many refused ones. */
export const mostRefusals = 3
