import { askOps, where } from './ask-ops.ts'
import type { Command } from './command.ts'
import { optionsIn } from './options.ts'

const usage = `Usage: callback-receiver tail [--status waiting|delivered|buried] [--provider NAME] [--key KEY] [--once] [--json]

Prints the newest entries, oldest first, and then each one that comes or changes.

  --once   only those that are there
  --json   one JSON object a line

${where}`

const options = {
  status: { type: 'string' }, provider: { type: 'string' }, key: { type: 'string' }, once: { type: 'boolean' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' },
} as const

interface Entry { readonly id: string, readonly provider: string, readonly key: string, readonly status: string, readonly receivedAt: string, readonly attempts: number, readonly reason?: string }

export const command: Command = async (words, terminal) => {
  const { values: { once = false, json = false, help, ...filter } } = optionsIn(words, options, usage)
  if (help === true) { terminal.print(usage); return 0 }
  const reply = await askOps(terminal, `/v1/entries/live?${new URLSearchParams(filter).toString()}`)
  for await (const { entries } of eventsOf(reply)) {
    for (const entry of entries.toReversed()) terminal.print(json ? JSON.stringify(entry) : lineOf(entry))
    if (once) return 0
  }
  terminal.complain('The service has ended the stream.')
  return 1
}

function lineOf ({ id, provider, key, status, receivedAt, attempts, reason }: Entry): string {
  return `${receivedAt}  ${status.padEnd(9)} ${provider.padEnd(8)} ${key}  ${id}${attempts > 0 ? `  ${attempts} failed` : ''}${reason === undefined ? '' : `  ${reason}`}`
}

/** The `data` of server-sent events; lines that begin with a colon are none. */
async function * eventsOf (reply: Response): AsyncGenerator<{ readonly entries: readonly Entry[] }> {
  let rest = ''
  for await (const chunk of reply.body!.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line.startsWith('data: ')) yield JSON.parse(line.slice('data: '.length)) as { readonly entries: readonly Entry[] }
  }
}
