import { enableCompileCache } from 'node:module'

enableCompileCache() // before anything else is imported: a second start is twice as fast
const [{ pino }, { loadConfig }, { providers }, { openService }, { asFailure }] = await Promise.all([
  import('pino'), import('./config.ts'), import('./providers/index.ts'), import('./service.ts'), import('./domain/failure.ts'),
])

try {
  const config = loadConfig(process.env, providers)
  const log = pino({ level: config.LOG_LEVEL, base: null })
  process.on('uncaughtException', error => { // a bug: what was answered is in the journal, so a fresh process goes on with it
    log.fatal({ err: error }, 'ended by a fault of its own')
    process.exit(1)
  })
  const service = await openService({ config, providers, log })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'asked to stop')
      void service.close({ drain: signal === 'SIGTERM' }).then(() => { log.info('stopped'); process.exit(0) })
    })
  }
} catch (thrown) {
  const failure = asFailure(thrown)
  process.stderr.write(`callback-receiver did not start. ${failure.code === 'UNEXPECTED' ? String((failure.cause as Error)?.stack ?? failure.cause) : failure.reason}\n`)
  process.exit(1)
}
