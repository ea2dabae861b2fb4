import { writeSync } from 'node:fs'
import { enableCompileCache } from 'node:module'

const asked = Promise.withResolvers<NodeJS.Signals>() // from the first moment on: process 1 of a container dies of no signal that it does not handle
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, asked.resolve)

enableCompileCache() // before anything else is imported: a second start is twice as fast
const [{ pino }, { loadConfig }, { errorFields }, { createLogLines }, { createLogOutput }, { providers }, { openService }, { asFailure }] = await Promise.all([
  import('pino'), import('./config.ts'), import('./error-fields.ts'), import('./log-lines.ts'), import('./log-output.ts'), import('./providers/index.ts'), import('./service.ts'), import('./domain/failure.ts'),
])

try {
  const config = loadConfig(process.env, providers)
  void process.stdout // from its first use on, writes into a pipe or a socket do not wait for whoever reads it
  const lines = createLogLines({ output: createLogOutput({ write: bytes => writeSync(1, bytes) }) })
  process.once('exit', lines.end) // whatever way it ends, short of being killed
  const log = pino({ level: config.LOG_LEVEL, base: null, serializers: { err: thrown => errorFields(thrown) } }, lines)
  process.on('uncaughtException', error => { // a bug: what was answered is in the journal, so a fresh process goes on with it
    log.fatal({ err: error }, 'ended by a fault of its own')
    process.exit(1)
  })
  const service = await openService({ config, providers, log })
  lines.flushSync() // whoever started it waits for `listening`
  const signal = await asked.promise
  log.info({ signal }, 'asked to stop')
  await service.close({ drain: signal === 'SIGTERM' })
  log.info('stopped')
  process.exit(0)
} catch (thrown) {
  const failure = asFailure(thrown)
  process.stderr.write(`callback-receiver did not start. ${failure.code === 'UNEXPECTED' ? String((failure.cause as Error)?.stack ?? failure.cause) : failure.reason}\n`)
  process.exit(1)
}
