import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Test } from 'tap'

const run = promisify(execFile)

/** `.ci/run` builds it where an engine answers, and names it. */
export const image = process.env.CONTAINER_IMAGE ?? ''

/** For a test's `skip`. */
export const withoutImage: string | false = image === '' && 'CONTAINER_IMAGE names no image'

/** Docker's command line; gives what it wrote to the standard output, throws when it fails. */
export async function docker (...words: readonly string[]): Promise<string> {
  const { stdout } = await run('docker', words, { maxBuffer: 16 * 1024 * 1024 })
  return stdout.trim()
}

export interface ContainerParts {
  readonly settings?: { readonly [name: string]: string }
  /** Further options of `docker run`. */
  readonly options?: readonly string[]
}

export interface Container {
  readonly id: string
  /** Resolves when the image's own check says so. */
  healthy (): Promise<void>
  /** SIGTERM, and SIGKILL after ten seconds; gives the exit code. */
  stop (): Promise<number>
  /** SIGKILL, then a new start on the same volume. */
  crash (): Promise<void>
}

/** The image as strict as an operator can run it, on the network of this machine. It and its volume go when the test ends. */
export async function startContainer (t: Pick<Test, 'teardown'>, { settings = {}, options = [] }: ContainerParts): Promise<Container> {
  const environment = Object.entries(settings).flatMap(([name, value]) => ['--env', `${name}=${value}`])
  const strict = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--network', 'host']
  const id = await docker('run', '--detach', ...strict, ...environment, ...options, image)
  t.teardown(() => docker('rm', '--force', '--volumes', id))
  const stateOf = async (member: string) => docker('inspect', '--format', `{{.State.${member}}}`, id)
  return {
    id,
    async healthy () {
      for (let turn = 0; await stateOf('Health.Status') !== 'healthy'; turn++) {
        if (turn > 600 || await stateOf('Running') !== 'true') throw new Error(`it is not healthy: ${await logsOf(id)}`)
        await sleep(100)
      }
    },
    async stop () {
      await docker('stop', '--time', '10', id)
      return Number(await stateOf('ExitCode'))
    },
    async crash () {
      await docker('kill', '--signal', 'KILL', id)
      await docker('wait', id)
      await docker('start', id)
    },
  }
}

async function logsOf (id: string): Promise<string> {
  const { stdout, stderr } = await run('docker', ['logs', id])
  return `${stdout}${stderr}`
}
