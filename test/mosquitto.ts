import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

export interface MosquittoParts {
  /** Also listen with TLS, under a certificate authority of its own. */
  readonly tls?: boolean
  /** User names and their passwords; without them anybody is let in. */
  readonly users?: { readonly [name: string]: string }
  /** Lines of an ACL file. */
  readonly acl?: readonly string[]
  /** Default: a free one. */
  readonly port?: number
  /** Further lines of the configuration. */
  readonly settings?: readonly string[]
}

/** It takes 20 publishes at once from each client, as it does by default. */
export interface Mosquitto {
  readonly url: string
  readonly wsUrl: string
  /** Empty without `tls`, as is `ca`. */
  readonly tlsUrl: string
  /** PEM. */
  readonly ca: string
  /** Ends it in good order, and leaves nothing behind. */
  stop (): Promise<void>
  /** SIGKILL: subscribers, sessions and retained events are gone. */
  kill (): Promise<void>
  /** Starts it again after `kill`, on the same ports. */
  restart (): Promise<void>
}

const binary = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/sbin']
  .map(folder => join(folder, 'mosquitto')).find(file => existsSync(file))

/** For a test's `skip`: a reason where there is no Mosquitto. In CI there must be one, so there nothing is skipped. */
export const withoutMosquitto: string | false = binary === undefined && process.env.CI !== 'true' && 'Mosquitto is not installed'

/** A real Mosquitto as a child process. */
export async function startMosquitto ({ tls = false, users, acl, port, settings = [] }: MosquittoParts = {}): Promise<Mosquitto> {
  if (binary === undefined) throw new Error('Mosquitto is not installed')
  const folder = await mkdtemp(join(tmpdir(), 'mosquitto-'))
  const [tcp, webSocket, secure] = [port ?? await freePort(), await freePort(), await freePort()]
  if (tls) await makeCertificates(folder)
  if (users !== undefined) await writePasswords(join(folder, 'passwords'), users)
  if (acl !== undefined) await writeFile(join(folder, 'acl'), `${acl.join('\n')}\n`)
  await writeFile(join(folder, 'mosquitto.conf'), [
    'per_listener_settings false',
    ...process.getuid?.() === 0 ? ['user root'] : [], // else it becomes `mosquitto`, who may not read the folder
    ...users === undefined ? ['allow_anonymous true'] : ['allow_anonymous false', `password_file ${folder}/passwords`],
    ...acl === undefined ? [] : [`acl_file ${folder}/acl`],
    'set_tcp_nodelay true',
    'max_queued_messages 100000',
    ...settings,
    `listener ${tcp} 127.0.0.1`,
    `listener ${webSocket} 127.0.0.1`, 'protocol websockets',
    ...tls ? [`listener ${secure} 127.0.0.1`, `cafile ${folder}/ca.crt`, `certfile ${folder}/server.crt`, `keyfile ${folder}/server.key`] : [],
    '',
  ].join('\n'))

  let child: ChildProcess | undefined
  const killChild = () => child?.kill('SIGKILL')
  process.once('exit', killChild)
  await start()
  return {
    url: `mqtt://127.0.0.1:${tcp}`,
    wsUrl: `ws://127.0.0.1:${webSocket}/mqtt`,
    tlsUrl: tls ? `mqtts://localhost:${secure}` : '',
    ca: tls ? await readFile(join(folder, 'ca.crt'), 'utf8') : '',
    async stop () {
      await end('SIGTERM')
      process.off('exit', killChild)
      await rm(folder, { recursive: true, force: true })
    },
    kill: () => end('SIGKILL'),
    restart: start,
  }

  async function start (): Promise<void> {
    const started = child = spawn(binary ?? '', ['-c', join(folder, 'mosquitto.conf')], { stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    started.stderr?.on('data', chunk => { said += chunk })
    for (const listener of tls ? [tcp, webSocket, secure] : [tcp, webSocket]) {
      for (let turn = 0; !await answers(listener); turn++) {
        if (started.exitCode !== null || turn > 500) throw new Error(`Mosquitto did not start: ${said}`)
        await sleep(10)
      }
    }
  }

  async function end (signal: NodeJS.Signals): Promise<void> {
    const ending = child
    child = undefined
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return
    const exited = once(ending, 'exit')
    ending.kill(signal)
    await exited
  }
}

export async function freePort (): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}

async function answers (port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

async function writePasswords (file: string, users: { readonly [name: string]: string }): Promise<void> {
  await writeFile(file, Object.entries(users).map(([name, password]) => `${name}:${password}\n`).join(''), { mode: 0o600 })
  execFileSync('mosquitto_passwd', ['-U', file])
}

const run = promisify(execFile)

async function makeCertificates (folder: string): Promise<void> {
  const openssl = (...words: string[]) => run('openssl', words, { cwd: folder })
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  await writeFile(join(folder, 'names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
  await openssl('req', '-x509', ...fresh, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=test authority', '-days', '2')
  await openssl('req', ...fresh, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost')
  await openssl('x509', '-req', '-in', 'server.csr', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-out', 'server.crt', '-days', '2', '-extfile', 'names')
}
