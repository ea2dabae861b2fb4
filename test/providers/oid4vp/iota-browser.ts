import { EventEmitter } from 'node:events'
import { registerHooks } from 'node:module'
import type { JsonObject } from '../../../src/domain/callback.ts'

/** A library that is made for bundlers leaves the endings of its files to them. */
registerHooks({
  resolve (specifier, context, next) {
    const isTheirs = context.parentURL?.includes('/@affinidi-tdk/iota-browser/dist/') === true
    const ending = !isTheirs ? '' : specifier.startsWith('.') ? '.js' : specifier.endsWith('/helpers') ? '/index.js' : ''
    return next(`${specifier}${ending}`, context)
  },
})

interface Heard {
  readonly correlationId: string
  readonly verifiablePresentation: JsonObject
  readonly presentationSubmission: JsonObject
}

interface Library { readonly ResponseHandler: new (channel: { getClient (): EventEmitter }) => { getResponse (correlationId: string): Promise<Heard> } }
interface Validators { readonly responseCallbackEventSchema: { partial (members: object): { parse (event: unknown): JsonObject } } }

const dist = '@affinidi-tdk/iota-browser/dist'
const { ResponseHandler } = await import(`${dist}/helpers/response-handler.js`) as Library
const { responseCallbackEventSchema } = await import(`${dist}/validators/events.js`) as Validators

/** What Affinidi's own library makes of an event that comes over MQTT for a request that it waits for: its response, or what it throws. */
export async function heardBy (correlationId: string, event: unknown): Promise<Heard> {
  const client = new EventEmitter()
  const response = new ResponseHandler({ getClient: () => client }).getResponse(correlationId)
  client.emit('messageReceived', { message: { payload: Buffer.from(JSON.stringify(event)) } })
  return response
}

/** DCQL came after the version that npm has: its source of July 2026 (cf4118813) lets the submission be absent, and says so with nothing else. */
export function parsedAsDcql (event: unknown): JsonObject {
  return responseCallbackEventSchema.partial({ presentationSubmission: true }).parse(event)
}
