import { open, rename, rm } from 'node:fs/promises'
import { Failure } from '../domain/failure.ts'
import { askOps, where } from './ask-ops.ts'
import type { Command } from './command.ts'
import { optionsIn } from './options.ts'

const usage = `Usage: callback-receiver backup FILE [--json]

Copies the SQLite journal of the running service into FILE, whole and consistent, while callbacks go on. FILE must not
be there yet. Payloads stay sealed: keep JOURNAL_ENCRYPTION_KEYS elsewhere. A PostgreSQL journal is copied by pg_dump.

To restore: stop the service, put FILE where JOURNAL_URL says, remove FILE-wal and FILE-shm beside it, start.

  --json   { "file": NAME, "bytes": NUMBER }

${where}`

const options = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const

export const command: Command = async (words, terminal) => {
  const { values: { json = false, help }, positionals: [file, ...more] } = optionsIn(words, options, usage)
  if (help === true) { terminal.print(usage); return 0 }
  if (file === undefined || more.length > 0) { terminal.complain(usage); return 2 }
  const taken = await open(file, 'wx', 0o600).catch(() => { throw new Failure('SETTINGS_INVALID', { reason: `${file} is there already, or cannot be written.` }) })
  await taken.close()
  const part = `${file}.part`
  try {
    const bytes = await fetchInto(part, terminal)
    await rename(part, file) // a copy that broke off never bears the name of a whole one
    terminal.print(json ? JSON.stringify({ file, bytes }) : `${file}: ${bytes} bytes.`)
    return 0
  } catch (thrown) {
    await Promise.all([part, file].map(each => rm(each, { force: true })))
    if (thrown instanceof Failure && thrown.code === 'NOT_FOUND') throw new Failure('NOT_FOUND', { reason: 'The journal is not a SQLite file: copy it with pg_dump.' })
    throw thrown
  }
}

async function fetchInto (part: string, terminal: Parameters<Command>[1]): Promise<number> {
  const reply = await askOps(terminal, '/v1/backup')
  const all = Number(reply.headers.get('content-length'))
  const copy = await open(part, 'w', 0o600)
  let bytes = 0
  let said = 0
  try {
    for await (const chunk of reply.body!) {
      await copy.write(chunk as Uint8Array)
      bytes += (chunk as Uint8Array).length
      const tenths = Math.floor(bytes / all * 10)
      if (tenths > said && all > 50_000_000) terminal.complain(`${tenths * 10} %`)
      said = tenths
    }
    await copy.sync()
  } finally {
    await copy.close()
  }
  if (bytes !== all) throw new Failure('ADDRESS_AWAY', { reason: 'The copy broke off.' })
  return bytes
}
