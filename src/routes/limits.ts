import underPressure from '@fastify/under-pressure'
import type { FastifyInstance } from 'fastify'
import { Failure } from '../domain/failure.ts'
import { networkOf } from './network.ts'
import { createPace } from './pace.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** True for probes: whoever watches over the process is always answered. */
    unlimited?: boolean
  }
}

export interface LimitParts {
  /** `RATE_LIMIT_PER_MINUTE`: requests of one address, or of one /64 of IPv6. */
  readonly perMinute: number
  /** How many addresses are remembered: whoever asked longest ago is forgotten first. */
  readonly most?: number
  /** Milliseconds by which the event loop may lag, on average over five seconds: a start that stalls for one is no overload. */
  readonly mostLag?: number
}

/**
 * Refuses who asks too often (429), and everybody while the process cannot keep up (503). One hook for
 * all, so that what no route takes, what has no token and what has a wrong method counts as well.
 */
export async function addLimits (app: FastifyInstance, { perMinute, most = 20_000, mostLag = 2_000 }: LimitParts): Promise<void> {
  const pace = createPace({ perMinute, most })
  app.addHook('onRequest', (request, _reply, done) => { // without a promise: every request passes here
    const wait = request.routeOptions.config.unlimited === true ? undefined : pace(networkOf(request.ip))
    done(wait === undefined ? undefined : new Failure('RATE_LIMITED', { reason: 'too many requests', retryAfter: wait }))
  })
  await app.register(underPressure, {
    maxEventLoopDelay: mostLag,
    sampleInterval: 5_000,
    pressureHandler: request => { if (request.routeOptions.config.unlimited !== true) throw new Failure('OVERLOADED') },
  })
}
