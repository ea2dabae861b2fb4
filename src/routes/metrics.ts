import type { FastifyInstance } from 'fastify'

export interface MetricsParts {
  /** Gives all figures as Prometheus reads them. */
  readonly metrics: () => Promise<string>
}

/** `GET /metrics`, in the text format of Prometheus. */
export function addMetricsRoute (ops: FastifyInstance, { metrics }: MetricsParts): void {
  const schema = { operationId: 'metrics', summary: 'Figures for Prometheus', tags: ['health'], produces: ['text/plain'], response: { 200: { type: 'string' } } }
  ops.get('/metrics', { schema }, async (_request, reply) => reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metrics()))
}
