import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { Failure } from './domain/failure.ts'
import { addDocumentRoutes } from './routes/documents/documents.ts'
import { replyWithError } from './routes/error-reply.ts'
import { addHealthRoutes, type HealthParts } from './routes/health.ts'
import { addMethodRefusals } from './routes/method-refusals.ts'
import { addOpsAccess } from './routes/ops-access.ts'
import { addSecurityHeaders } from './routes/security-headers.ts'

export interface OpsParts extends HealthParts {
  readonly log: FastifyBaseLogger
  /** `OPS_TOKEN`; without one, only who is on this machine is answered. */
  readonly token?: string | undefined
  /** Folder of the generated documents, ending in `/`. */
  readonly documents?: URL
}

const generated = new URL('../openapi/', import.meta.url)

/** The private face: health, documents. */
export async function buildOps ({ checks, log, token, documents = generated }: OpsParts): Promise<FastifyInstance> {
  const ops = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    requestTimeout: 15_000,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 512 },
  })
  ops.setErrorHandler(replyWithError)
  ops.setNotFoundHandler(() => { throw new Failure('NOT_FOUND') })
  addSecurityHeaders(ops)
  addOpsAccess(ops, { token })
  const refuseMethods = addMethodRefusals(ops)
  addHealthRoutes(ops, { checks })
  addDocumentRoutes(ops, { documents })
  refuseMethods()
  return ops
}
