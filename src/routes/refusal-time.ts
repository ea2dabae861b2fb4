import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { asFailure } from '../domain/failure.ts'

/** Milliseconds after its arrival at which a refusal leaves: longer than any look that leads to one. */
const leavesAfter = 100

type Take<T> = (request: FastifyRequest, reply: FastifyReply) => Promise<T>

/** Every 403 leaves at the same time after its request came, so that its timing does not tell why: unknown, expired or used. */
export function atItsTime<T> (take: Take<T>): Take<T> {
  return async function takeAtItsTime (request, reply) {
    try {
      return await take(request, reply)
    } catch (thrown) {
      if (asFailure(thrown).status === 403) await sleep(Math.max(0, leavesAfter - reply.elapsedTime))
      throw thrown
    }
  }
}
