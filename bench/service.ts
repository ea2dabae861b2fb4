import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startEnvironment, startFlags } from '../test/start-flags.ts'
import { onFirstCore } from './machine.ts'

export interface MeasuredProcess {
  readonly url: string
  readonly pid: number
  /** Milliseconds from its start until it was ready. */
  readonly readyMs: number
  stop (signal?: NodeJS.Signals): Promise<void>
}

export interface ServiceParts {
  /** Where its journal lies. */
  readonly folder: string
  readonly brokerUrl: string
  readonly tokenioUrl: string
  /** Default: a SQLite file in the folder. */
  readonly journalUrl?: string
  readonly keys?: string
  readonly nodeWords?: readonly string[]
}

const root = join(import.meta.dirname, '..')
const running = new Set<() => void>()
process.on('exit', () => { for (const kill of running) kill() })

export function newKey (): string {
  return randomBytes(32).toString('base64')
}

/** The service as `npm start` runs it, with a sealed journal and its log in a pipe. */
export async function startService ({
  folder, brokerUrl, tokenioUrl, journalUrl = `sqlite:${join(folder, 'journal.db')}`, keys = newKey(), nodeWords = [],
}: ServiceParts): Promise<MeasuredProcess> {
  return startMeasured({
    folder,
    words: [...startFlags, ...nodeWords, join(root, 'src', 'main.ts')],
    environment: {
      ...startEnvironment, NODE_COMPILE_CACHE: join(root, startEnvironment.NODE_COMPILE_CACHE ?? ''), // its place is the package's
      HOST: '127.0.0.1', PORT: '0', OPS_PORT: '0', SANDBOX: 'false', SHUTDOWN_GRACE_SECONDS: '2',
      RATE_LIMIT_PER_MINUTE: '1000000000', // the limiter is on, and counts: all load comes from one address
      JOURNAL_URL: journalUrl, JOURNAL_ENCRYPTION_KEYS: keys, MQTT_URL: brokerUrl, TOKENIO_URL: tokenioUrl, TOKENIO_API_KEY: 'YmVuY2g=',
    },
    urlIn: log => /"public":"([^"]+)"/.exec(log)?.[1],
    readyPath: '/readyz',
  })
}

interface MeasuredParts {
  readonly folder: string
  /** Default: Node. */
  readonly command?: string
  readonly words: readonly string[]
  readonly environment?: { readonly [name: string]: string }
  /** Where it listens, once its log says so. */
  readonly urlIn: (log: string) => string | undefined
  readonly readyPath: string
}

/** A process on the first core, ready to be asked. Throws with the end of its log when it ends first, or takes a minute. */
export async function startMeasured ({ folder, command = process.execPath, words, environment = {}, urlIn, readyPath }: MeasuredParts): Promise<MeasuredProcess> {
  await mkdir(folder, { recursive: true })
  const started = performance.now()
  const child = spawn(...onFirstCore(command, words), { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH, HOME: folder, ...environment } })
  const exited = once(child, 'exit')
  const kill = () => { child.kill('SIGKILL') }
  running.add(kill)
  let [url, said, isStopping]: [string | undefined, string, boolean] = [undefined, '', false]
  for (const output of [child.stdout, child.stderr]) { // read as a container's runtime reads it, so that it never waits for us
    output.on('data', (chunk: Buffer) => { if (url === undefined || child.exitCode !== null) said = (said + chunk.toString()).slice(-10_000) })
  }
  child.once('exit', (code, signal) => { if (!isStopping) console.error(`${words.at(-1)} ended by itself: ${code ?? signal}. ${said}`) })

  while (url === undefined || !await answers(url + readyPath)) {
    if (child.exitCode !== null || performance.now() - started > 60_000) {
      kill()
      throw new Error(`${words.at(-1)} did not start: ${said}`)
    }
    await sleep(2)
    url ??= urlIn(said)
  }
  return {
    url,
    pid: child.pid ?? 0,
    readyMs: performance.now() - started,
    async stop (signal = 'SIGTERM') {
      isStopping = true
      child.kill(signal)
      const patience = setTimeout(kill, 20_000)
      await exited
      clearTimeout(patience)
      running.delete(kill)
    },
  }
}

async function answers (url: string): Promise<boolean> {
  return fetch(url).then(reply => reply.body?.cancel().then(() => reply.ok) ?? reply.ok, () => false)
}
