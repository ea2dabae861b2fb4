import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Test } from 'tap'
import { startEnvironment, startFlags } from './start-flags.ts'

const main = join(import.meta.dirname, '..', 'src', 'main.ts')

export interface Running {
  readonly child: ChildProcess
  /** Addresses from the log line `listening`. */
  readonly url: string
  readonly ops: string
  readonly mqtt: string
  readonly journalFile: string
  /** Every line that the process wrote, parsed. */
  readonly lines: readonly { readonly [name: string]: unknown }[]
  /** All that it wrote beside its log. */
  complaints (): string
  /** Resolves with the exit code, or the signal's name. */
  readonly ended: Promise<number | string>
  stop (signal?: NodeJS.Signals): Promise<number | string>
}

/** A directory that goes when the test ends. */
export function directoryFor (t: Pick<Test, 'teardown'>): string {
  const directory = mkdtempSync(join(tmpdir(), 'callback-receiver-'))
  t.teardown(() => { rmSync(directory, { recursive: true, force: true }) })
  return directory
}

/** Spawns the product as a user runs it: `node src/main.ts` with an environment, on free ports. */
export function spawnProcess ({ directory, ...environment }: { readonly directory: string, readonly [name: string]: string | undefined }, stdout: 'pipe' | number = 'pipe'): ChildProcess {
  return spawn(process.execPath, [...startFlags, main], {
    cwd: directory,
    stdio: ['ignore', stdout, 'pipe'],
    env: {
      PATH: process.env.PATH, NODE_V8_COVERAGE: process.env.NODE_V8_COVERAGE, NODE_OPTIONS: process.env.NODE_OPTIONS, MALLOC_ARENA_MAX: startEnvironment.MALLOC_ARENA_MAX,
      HOST: '127.0.0.1', PORT: '0', OPS_PORT: '0', MQTT_LISTEN_PORT: '0', RATE_LIMIT_PER_MINUTE: '1000000000', JOURNAL_URL: `sqlite:${join(directory, 'journal.db')}`, ...environment,
    },
  })
}

/** The same, once it listens. Fails when it ends before. */
export async function startProcess (t: Pick<Test, 'teardown'>, { directory = directoryFor(t), ...environment }: { readonly directory?: string, readonly [name: string]: string | undefined } = {}): Promise<Running> {
  const journalFile = join(directory, 'journal.db')
  const child = spawnProcess({ directory, ...environment })
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string)
  let complaint = ''
  child.stderr?.on('data', (chunk: Buffer) => { complaint += chunk.toString() })
  const lines: { [name: string]: unknown }[] = []
  const listening = new Promise<{ [name: string]: unknown }>(resolve => {
    createInterface(child.stdout!).on('line', line => {
      const parsed = JSON.parse(line) as { [name: string]: unknown }
      lines.push(parsed)
      if (parsed.msg === 'listening') resolve(parsed)
    })
  })
  t.teardown(async () => { child.kill('SIGKILL'); await ended })
  const first = await Promise.race([listening, ended.then(code => { throw new Error(`ended with ${code} before it listened: ${complaint}`) })])
  return {
    child,
    url: String(first.public),
    ops: String(first.ops),
    mqtt: String(first.mqtt),
    journalFile,
    lines,
    complaints: () => complaint,
    ended,
    async stop (signal = 'SIGTERM') { child.kill(signal); return ended },
  }
}
