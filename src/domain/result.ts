import type { JsonObject } from './callback.ts'

/** What the provider says when asked for a key. */
export interface Result {
  /** The provider's own word, such as `PROCESSED`. */
  readonly status: string
  /** Whatever else of the reply is passed on, validated and narrowed by the provider. */
  readonly data: JsonObject
}
