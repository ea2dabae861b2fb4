import { askOps, where } from './ask-ops.ts'
import type { Command } from './command.ts'
import { optionsIn } from './options.ts'

const usage = `Usage: callback-receiver redrive ID…
       callback-receiver redrive --all [--provider NAME] [--key KEY] [--since TIME] [--until TIME]
       callback-receiver redrive --delivered --since TIME [--until TIME]

Tries buried entries again, with the ids that their events have. With --delivered: publishes again what a broker
acknowledged and lost. Times are RFC 3339, such as 2026-01-31T06:00:00Z.

  --json   { "redriven": NUMBER }

Ends with 0, or with 1 when there was nothing to redrive.
${where}`

const options = {
  all: { type: 'boolean' }, delivered: { type: 'boolean' }, provider: { type: 'string' }, key: { type: 'string' }, since: { type: 'string' }, until: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' },
} as const

export const command: Command = async (words, terminal) => {
  const { values: { all = false, delivered = false, json = false, help, ...filter }, positionals: ids } = optionsIn(words, options, usage)
  if (help === true) { terminal.print(usage); return 0 }
  if ([all, delivered, ids.length > 0].filter(Boolean).length !== 1) { terminal.complain(usage); return 2 }
  const ask = async (path: string, body?: object) => ((await (await askOps(terminal, path, { method: 'POST', ...body && { body } })).json()) as { readonly redriven: number }).redriven

  let redriven = 0
  for (const id of ids) redriven += await ask(`/v1/entries/${encodeURIComponent(id)}/redrive`)
  if (ids.length === 0) redriven = await ask('/v1/entries/redrive', delivered ? { delivered, ...filter } : { since: '1970-01-01T00:00:00Z', ...filter })
  terminal.print(json ? JSON.stringify({ redriven }) : redriven === 0 ? 'There was nothing to redrive.' : `${redriven} redriven.`)
  return redriven === 0 ? 1 : 0
}
