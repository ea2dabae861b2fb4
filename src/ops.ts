import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { addConsole } from './console/console.ts'
import { addSandboxRoutes, type SandboxRouteParts } from './console/sandbox-routes.ts'
import { createCompile } from './domain/compile.ts'
import { Failure } from './domain/failure.ts'
import { addBackupRoute, type BackupParts } from './routes/backup.ts'
import { addDoctorRoute, type DoctorParts } from './routes/doctor.ts'
import { addDocumentRoutes } from './routes/documents/documents.ts'
import { addEntryRoutes, type EntryRouteParts } from './routes/entries.ts'
import { replyWithError } from './routes/error-reply.ts'
import { addHealthRoutes, type HealthParts } from './routes/health.ts'
import { addLiveRoute, type LiveParts } from './routes/live.ts'
import { addMetricsRoute, type MetricsParts } from './routes/metrics.ts'
import { addMethodRefusals } from './routes/method-refusals.ts'
import { addOpsAccess } from './routes/ops-access.ts'
import { ownCompilers } from './routes/own-compilers.ts'
import { addSecurityHeaders } from './routes/security-headers.ts'

export interface OpsParts extends Partial<MetricsParts & BackupParts & DoctorParts>, SandboxRouteParts, HealthParts {
  readonly journal: EntryRouteParts['journal'] & LiveParts['journal']
  readonly log: FastifyBaseLogger
  /** `OPS_TOKEN`; without one, only who is on this machine is answered. */
  readonly token?: string | undefined
  /** Folder of the generated documents, ending in `/`. */
  readonly documents?: URL
}

const generated = new URL('../openapi/', import.meta.url)

/** The private face: health, documents, the entries of the journal. */
export async function buildOps ({ checks, metrics = async () => '', examine = async () => [], backup, sandbox, journal, log, token, documents = generated }: OpsParts): Promise<FastifyInstance> {
  const ops = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    requestTimeout: 15_000,
    schemaController: ownCompilers,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 512 },
  })
  const compileBody = createCompile({ allErrors: true, strict: false })
  const compileQuery = createCompile({ allErrors: true, strict: false, coerceTypes: true })
  ops.setValidatorCompiler(({ schema, httpPart }) => (httpPart === 'body' ? compileBody : compileQuery)(schema as object))
  ops.removeContentTypeParser('text/plain')
  ops.setErrorHandler(replyWithError)
  ops.setNotFoundHandler(() => { throw new Failure('NOT_FOUND') })
  addSecurityHeaders(ops)
  addOpsAccess(ops, { token })
  const refuseMethods = addMethodRefusals(ops)
  addHealthRoutes(ops, { checks })
  addMetricsRoute(ops, { metrics })
  addDocumentRoutes(ops, { documents })
  addEntryRoutes(ops, { journal })
  addLiveRoute(ops, { journal, checks })
  addBackupRoute(ops, { backup })
  addDoctorRoute(ops, { examine })
  addConsole(ops)
  addSandboxRoutes(ops, { sandbox })
  refuseMethods()
  return ops
}
