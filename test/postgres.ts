import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, readdirSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { freePort } from './mosquitto.ts'

export interface Postgres {
  readonly url: string
  /** Another database of the same server, fresh and empty. */
  fresh (): Promise<string>
  /** Ends it in good order, and leaves nothing behind. */
  stop (): Promise<void>
  /** SIGKILL of the whole server, as when its machine dies. */
  kill (): Promise<void>
  /** Starts it again after `kill`, on the same port. */
  restart (): Promise<void>
  /** Stands still until `thaw`: connections stay open, and nothing is answered. */
  freeze (): void
  thaw (): void
}

const folders = ['/usr/lib/postgresql', '/opt/homebrew/opt'].filter(folder => existsSync(folder))
  .flatMap(folder => readdirSync(folder).toSorted().toReversed().map(version => join(folder, version, 'bin')))
const bin = [...folders, ...(process.env.PATH ?? '').split(delimiter)].find(folder => existsSync(join(folder, 'initdb')))

/** For a test's `skip`: a reason where there is no PostgreSQL. In CI there must be one, so there nothing is skipped. */
export const withoutPostgres: string | false = bin === undefined && process.env.CI !== 'true' && 'PostgreSQL is not installed'

/** PostgreSQL refuses to run as root: there it runs as nobody. */
const owner = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
const run = promisify(execFile)

/** A real PostgreSQL as a child process, with its own data in a temporary folder. */
export async function startPostgres ({ settings = [] }: { readonly settings?: readonly string[] } = {}): Promise<Postgres> {
  if (bin === undefined) throw new Error('PostgreSQL is not installed')
  const folder = await mkdtemp(join(tmpdir(), 'postgres-'))
  if (owner.uid !== undefined) chownSync(folder, owner.uid, owner.gid)
  await chmod(folder, 0o700)
  const data = join(folder, 'data')
  await run(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'], { ...owner, cwd: folder })
  const port = await freePort()

  let server: ChildProcess | undefined
  const killServer = (): void => { signal('SIGKILL') }
  process.once('exit', killServer)
  await start()

  async function start (): Promise<void> {
    const options = ['listen_addresses=127.0.0.1', `port=${port}`, `unix_socket_directories=${folder}`, 'max_connections=200', 'shared_buffers=32MB', ...settings]
    const started = server = spawn(join(bin ?? '', 'postgres'), ['-D', data, ...options.flatMap(option => ['-c', option])], { ...owner, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    started.stderr?.on('data', chunk => { said += chunk })
    for (let turn = 0; !await answers(urlOf('postgres')); turn++) {
      if (started.exitCode !== null || turn > 1000) throw new Error(`PostgreSQL did not start: ${said}`)
      await sleep(10)
    }
  }

  /** To all of its processes, the first one first: it would start others. */
  function signal (name: NodeJS.Signals): void {
    if (server?.pid === undefined || server.exitCode !== null || server.signalCode !== null) return
    const serving = childrenOf(server.pid)
    for (const pid of [server.pid, ...serving]) {
      try { process.kill(pid, name) } catch { /* it has ended */ }
    }
  }

  async function end (name: NodeJS.Signals): Promise<void> {
    const ending = server
    if (ending?.pid === undefined || ending.exitCode !== null || ending.signalCode !== null) return
    const exited = once(ending, 'exit')
    if (name === 'SIGKILL') signal(name)
    else ending.kill(name)
    await exited
  }

  function urlOf (database: string): string {
    return `postgres://postgres@127.0.0.1:${port}/${database}`
  }

  let made = 0
  return {
    url: urlOf('postgres'),
    async fresh () {
      const name = `fresh${++made}`
      const client = new Client(urlOf('postgres'))
      await client.connect()
      await client.query(`CREATE DATABASE ${name} STRATEGY file_copy`)
      await client.end()
      return urlOf(name)
    },
    async stop () {
      signal('SIGCONT')
      await end('SIGINT') // fast: connections are ended
      process.off('exit', killServer)
      await rm(folder, { recursive: true, force: true })
    },
    kill: () => end('SIGKILL'),
    restart: start,
    freeze: () => { signal('SIGSTOP') },
    thaw: () => { signal('SIGCONT') },
  }
}

function childrenOf (pid: number): number[] {
  const said = execFileSync('ps', ['-A', '-o', 'pid=,ppid=']).toString()
  return said.split('\n').map(line => line.trim().split(/\s+/).map(Number)).filter(([, parent]) => parent === pid).map(([child]) => child!)
}

async function answers (url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 })
  client.on('error', () => {})
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}
