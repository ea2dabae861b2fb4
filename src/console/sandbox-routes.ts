import type { FastifyInstance } from 'fastify'
import { Failure } from '../domain/failure.ts'

export interface SandboxRouteParts {
  /** Absent where nothing is simulated. */
  readonly sandbox?: {
    readonly choices: readonly { readonly name: string, readonly label: string }[]
    /** Does at the fake bank what a user does, and brings the callback; gives its key. */
    send (choice: string): Promise<string>
  } | undefined
}

const choices = { type: 'array', items: { type: 'object', required: ['name', 'label'], properties: { name: { type: 'string' }, label: { type: 'string' } } } } as const
const tags = ['console']

/** What the console offers in the sandbox: a callback of each kind. */
export function addSandboxRoutes (ops: FastifyInstance, { sandbox }: SandboxRouteParts): void {
  ops.get('/v1/sandbox', { schema: { operationId: 'sandbox', summary: 'What can be sent in the sandbox', tags, response: { 200: { type: 'object', required: ['choices'], properties: { choices } } } } },
    async () => ({ choices: sandbox?.choices ?? [] }))
  ops.post<{ Params: { readonly choice: string } }>('/v1/sandbox/:choice', {
    schema: {
      operationId: 'sendInSandbox', summary: 'Sends a callback in the sandbox', tags,
      params: { type: 'object', properties: { choice: { type: 'string', description: 'The name of a choice.' } } },
      response: { 200: { type: 'object', required: ['key'], properties: { key: { type: 'string' } } } },
    },
    config: { described: { failures: ['PARAMETERS_INVALID', 'NOT_FOUND', 'PAYLOAD_TOO_LARGE', 'MEDIA_TYPE_UNSUPPORTED'] } },
  }, async ({ params: { choice } }) => {
    if (sandbox === undefined || !sandbox.choices.some(({ name }) => name === choice)) throw new Failure('NOT_FOUND')
    return { key: await sandbox.send(choice) }
  })
}
