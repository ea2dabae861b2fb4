import rateLimit from '@fastify/rate-limit'
import underPressure from '@fastify/under-pressure'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Failure } from '../domain/failure.ts'
import { networkOf } from './network.ts'

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

const minute = 60_000

/**
 * Refuses who asks too often (429), and everybody while the process cannot keep up (503). A hook of its own and not the plugin's for
 * each route, so that what no route takes, what has no token and what has a wrong method counts as well.
 */
export async function addLimits (app: FastifyInstance, { perMinute, most = 20_000, mostLag = 2_000 }: LimitParts): Promise<void> {
  await app.register(rateLimit, { global: false })
  const pace = { max: perMinute, timeWindow: minute, cache: most, keyGenerator: ({ ip }: FastifyRequest) => networkOf(ip) } // its types do not name `cache`
  const count = app.createRateLimit(pace)
  app.addHook('onRequest', async request => {
    if (request.routeOptions.config.unlimited === true) return
    const counted = await count(request)
    if (!counted.isAllowed && counted.isExceeded) throw new Failure('RATE_LIMITED', { reason: 'too many requests', retryAfter: counted.ttl })
  })
  await app.register(underPressure, {
    maxEventLoopDelay: mostLag,
    sampleInterval: 5_000,
    pressureHandler: request => { if (request.routeOptions.config.unlimited !== true) throw new Failure('OVERLOADED') },
  })
}
