import { asFailure } from '../domain/failure.ts'
import type { Command } from './command.ts'
import { wrongUse } from './options.ts'

/** One file each, loaded only when it is asked for. */
const commands: { readonly [name: string]: { readonly about: string, load (): Promise<{ readonly command: Command }> } } = {
  start: { about: 'starts the service', load: () => import('./start.ts') },
  tail: { about: 'prints entries as they come and change', load: () => import('./tail.ts') },
  redrive: { about: 'tries buried entries again', load: () => import('./redrive.ts') },
  doctor: { about: 'says what is wrong, and how to mend it', load: () => import('./doctor.ts') },
  backup: { about: 'copies the journal of a running service', load: () => import('./backup.ts') },
  token: { about: 'prints an access token', load: () => import('./token.ts') },
}

const usage = `Usage: callback-receiver COMMAND [OPTION…]\n\n${Object.entries(commands).map(([name, { about }]) => `  ${name.padEnd(10)}${about}\n`).join('')}
callback-receiver COMMAND --help says more.\n`

const [name = '', ...words] = process.argv.slice(2)
const found = Object.hasOwn(commands, name) ? commands[name] : undefined
const terminal = {
  environment: process.env,
  print: (line: string) => { process.stdout.write(`${line}\n`) },
  complain: (line: string) => { process.stderr.write(`${line}\n`) },
}

if (found === undefined) {
  const isWish = ['', '--help', '-h', 'help'].includes(name)
  process[isWish ? 'stdout' : 'stderr'].write(usage)
  process.exitCode = isWish ? 0 : 2
} else {
  try {
    const { command } = await found.load()
    process.exitCode = await command(words, terminal)
  } catch (thrown) {
    const { code, cause, reason } = asFailure(thrown)
    terminal.complain(code === 'UNEXPECTED' && cause instanceof Error ? cause.message : reason)
    process.exitCode = cause === wrongUse ? 2 : 1
  }
}
