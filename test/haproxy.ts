import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './mosquitto.ts'

export interface Haproxy {
  readonly url: string
  stop (): Promise<void>
}

const binary = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/sbin']
  .map(folder => join(folder, 'haproxy')).find(file => existsSync(file))

/** For a test's `skip`: a reason where there is no HAProxy. In CI there must be one, so there nothing is skipped. */
export const withoutHaproxy: string | false = binary === undefined && process.env.CI !== 'true' && 'HAProxy is not installed'

/** HAProxy as `deploy/haproxy.cfg` has it, but for where it listens, where the replicas are, and `rules` of the test's own for its frontend. */
export async function startHaproxy ({ replicas, rules = [] }: { readonly replicas: readonly number[], readonly rules?: readonly string[] }): Promise<Haproxy> {
  if (binary === undefined) throw new Error('HAProxy is not installed')
  const folder = await mkdtemp(join(tmpdir(), 'haproxy-'))
  const port = await freePort()
  const config = await readFile(join(import.meta.dirname, '..', 'deploy', 'haproxy.cfg'), 'utf8')
  await writeFile(join(folder, 'haproxy.cfg'), config
    .replace(/resolvers docker\n(?: .*\n)+/, '')
    .replace('bind :8080', [`bind 127.0.0.1:${port}`, ...rules].join('\n  '))
    .replace(/server-template .*/, replicas.map((replica, i) => `server replica${i + 1} 127.0.0.1:${replica}`).join('\n  ')))
  const child = spawn(binary, ['-db', '-f', join(folder, 'haproxy.cfg')], { stdio: ['ignore', 'ignore', 'pipe'] })
  const kill = (): void => { child.kill('SIGKILL') }
  process.once('exit', kill)
  let said = ''
  child.stderr.on('data', chunk => { said += chunk })
  for (let turn = 0; !await answers(port); turn++) {
    if (child.exitCode !== null || turn > 500) throw new Error(`HAProxy did not start: ${said}`)
    await sleep(10)
  }
  return {
    url: `http://127.0.0.1:${port}`,
    async stop () {
      const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined
      kill()
      await ended
      process.off('exit', kill)
      await rm(folder, { recursive: true, force: true })
    },
  }
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
