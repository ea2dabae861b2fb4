import type { FastifyInstance } from 'fastify'
import type { Health } from '../providers/provider.ts'

export interface HealthParts {
  /** One look at each part, by its name. `failing` makes the whole 503; `degraded` is only said. */
  readonly checks: () => Promise<{ readonly [part: string]: Health }>
}

const healthSchema = {
  type: 'object',
  required: ['status', 'checks'],
  properties: {
    status: { type: 'string', enum: ['ok', 'failing'] },
    checks: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        required: ['status'],
        properties: { status: { type: 'string', enum: ['ok', 'failing', 'degraded'] }, reason: { type: 'string' } },
      },
    },
  },
} as const

/** `/livez`: the process turns. `/readyz`: it can do its work; a broker or provider that is away does not make it red. */
export function addHealthRoutes (app: FastifyInstance, { checks }: HealthParts): void {
  const tags = ['health']
  const config = { unlimited: true }
  app.get('/livez', { config, schema: { operationId: 'livez', summary: 'Whether the process turns', tags, response: { 200: healthSchema } } }, async () => ({ status: 'ok', checks: {} }))
  app.get('/readyz', { config, schema: { operationId: 'readyz', summary: 'Whether callbacks can be taken', tags, response: { 200: healthSchema, 503: healthSchema } } }, async (_request, reply) => {
    const found = await checks()
    const isFailing = Object.values(found).some(({ status }) => status === 'failing')
    return reply.code(isFailing ? 503 : 200).header('cache-control', 'no-store').send({ status: isFailing ? 'failing' : 'ok', checks: found })
  })
}
