import type { JsonObject } from '../domain/callback.ts'
import type { FailureCode } from '../domain/failure.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    described?: Description
  }
}

/** What the documents say of a route beside its schema. Nothing reads it at run time, so it costs nothing there. */
export interface Description {
  /** What the route may answer with beside 200, and beside `UNEXPECTED`, which every route may. */
  readonly failures?: readonly FailureCode[]
  /** Requests by name: a GET's query, a POST's body. */
  readonly examples?: { readonly [name: string]: JsonObject }
  /** The scope that an access token needs, one of them; absent: the route is open to all. */
  readonly scopes?: readonly string[]
  /** True when a browser that asks for `text/html` gets a page in place of the JSON of a 200. */
  readonly page?: boolean
}
