import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { directoryFor, startProcess } from '../process.ts'
import { startEnvironment, startFlags } from '../start-flags.ts'

/** Writes down, at the end, what the process loaded. */
const watch = `data:text/javascript,${encodeURIComponent(`
  import { writeFileSync } from 'node:fs'
  import { registerHooks } from 'node:module'
  const files = new Set()
  registerHooks({ load (url, context, next) { files.add(url); return next(url, context) } })
  process.once('exit', () => writeFileSync('loaded.json', JSON.stringify({ files: [...files], builtins: process.moduleLoadList })))
`)}`

interface Loaded { readonly files: readonly string[], readonly builtins: readonly string[] }

void t.test('a process beside a broker of its own loads nothing that it does not need to be ready', async t => {
  const directory = directoryFor(t)
  const { url, stop } = await startProcess(t, { directory, NODE_OPTIONS: `--import=${watch}`, SANDBOX: 'false', MQTT_URL: 'mqtt://127.0.0.1:1', TOKENIO_URL: 'http://127.0.0.1:1', TOKENIO_API_KEY: 'k' })
  t.equal((await fetch(`${url}/readyz`)).status, 200)
  t.equal(await stop('SIGINT'), 0)

  const { files, builtins } = JSON.parse(readFileSync(join(directory, 'loaded.json'), 'utf8')) as Loaded
  const packages = new Set(files.map(file => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]))
  t.ok(['fastify', 'ajv', 'mqtt', 'pino'].every(name => packages.has(name)), 'what it needs is seen')
  const later = ['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler', '@fastify/swagger', '@opentelemetry/api', '@sd-jwt/sd-jwt-vc', 'aedes', 'dcql', 'jose', 'pg', 'prom-client', 'typebox', 'undici']
  t.strictSame(later.filter(name => packages.has(name)), [], 'packages')
  t.strictSame(files.filter(file => /\/src\/(?:broker|sandbox|traces)\/|\/postgres|\/verify\/verify\.ts$/.test(file)), [], 'files of ours')
  t.notOk(builtins.includes('NativeModule internal/deps/undici/undici'), "Node's own fetch")
  t.ok(files.length < 720, `${files.length} modules; each takes half a millisecond and more`)
})

void t.test('`npm start` and the image give Node the same flags, and set the same for its memory', async t => {
  const image = readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8')
  const [command = ''] = /^CMD .*$/m.exec(image) ?? []
  t.strictSame([...command.matchAll(/"(--[^"]+)"/g)].map(([, flag]) => flag), startFlags)
  t.match(/^ENV .*$/m.exec(image)?.[0], `MALLOC_ARENA_MAX=${startEnvironment.MALLOC_ARENA_MAX}`)
})

void t.test('`callback-receiver start` is `npm start`', async t => {
  const bin = join(import.meta.dirname, '..', '..', 'bin', 'callback-receiver.js')
  const shown = `data:text/javascript,${encodeURIComponent("process.argv[1]?.endsWith('callback-receiver.js') || (console.log(JSON.stringify([process.execArgv, process.env.MALLOC_ARENA_MAX, process.env.NODE_COMPILE_CACHE])), process.exit())")}`
  const told = (command: string) => JSON.parse(execFileSync(process.execPath, [bin, command], { encoding: 'utf8', env: { PATH: process.env.PATH, NODE_OPTIONS: `--import=${shown}` } })) as [string[], string, string]
  const [flags, arenas, cache] = told('start')
  t.strictSame(flags, startFlags)
  t.equal(arenas, startEnvironment.MALLOC_ARENA_MAX)
  t.ok(cache.endsWith(`/${startEnvironment.NODE_COMPILE_CACHE}`))
  t.strictSame(told('doctor')[0], [])
})
