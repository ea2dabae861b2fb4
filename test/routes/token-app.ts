import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Ajv } from 'ajv'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import type { JsonObject } from '../../src/domain/callback.ts'
import { replyWithError } from '../../src/routes/error-reply.ts'
import { addFormBody } from '../../src/routes/form-body.ts'
import { addMethodRefusals } from '../../src/routes/method-refusals.ts'
import { addSecurityHeaders } from '../../src/routes/security-headers.ts'
import { addTokenRoutes } from '../../src/routes/token.ts'
import type { TokensParts } from '../../src/token/index.ts'
import { openTestTokens } from '../token/open.ts'

/** The token routes over HTTP, as the public listener has them; the issuer is where they answer. */
export async function openTokenApp (t: Test, entries: readonly JsonObject[], parts: Partial<TokensParts> = {}, add: (app: FastifyInstance, tokens: Awaited<ReturnType<typeof openTestTokens>>) => void = () => {}) {
  const server = createServer().listen(0, '127.0.0.1') // first, since the issuer has the port in it
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const tokens = await openTestTokens(t, entries, { issuer: url, ...parts })
  const app = Fastify({ serverFactory: handler => server.on('request', handler), bodyLimit: 65_536 })
  const ajv = new Ajv({ allErrors: true, strict: false })
  app.setValidatorCompiler(({ schema }) => ajv.compile(schema as object))
  app.setErrorHandler(replyWithError)
  addSecurityHeaders(app)
  addFormBody(app)
  const refuseMethods = addMethodRefusals(app)
  addTokenRoutes(app, { tokens })
  add(app, tokens)
  refuseMethods()
  await app.ready()
  t.teardown(async () => {
    server.closeAllConnections()
    await app.close()
    server.close()
  })
  return { url, tokens, app }
}
