import type { FastifyInstance } from 'fastify'
import type { Health } from '../providers/provider.ts'

export interface Finding extends Health {
  readonly part: string
  /** What to do about it. */
  readonly mend?: string
}

export interface DoctorParts {
  /** Tries each outside thing with a real call. */
  readonly examine: () => Promise<readonly Finding[]>
}

const finding = {
  type: 'object',
  required: ['part', 'status'],
  properties: { part: { type: 'string' }, status: { type: 'string', enum: ['ok', 'degraded', 'failing'] }, reason: { type: 'string' }, mend: { type: 'string', description: 'What to do about it.' } },
} as const
const reply = { type: 'object', required: ['time', 'findings'], properties: { time: { type: 'string', description: 'RFC 3339: the clock of the service.' }, findings: { type: 'array', items: finding } } } as const

/** `GET /v1/doctor`: what each outside thing said to a real call, and how to mend what is wrong. */
export function addDoctorRoute (ops: FastifyInstance, { examine }: DoctorParts): void {
  ops.get('/v1/doctor', { schema: { operationId: 'doctor', summary: 'Tries journal, broker, providers and clock with real calls', tags: ['health'], response: { 200: reply } } },
    async () => ({ findings: await examine(), time: new Date().toISOString() }))
}
