import { loadConfig } from '../config.ts'
import { asFailure } from '../domain/failure.ts'
import { providers } from '../providers/index.ts'
import type { Finding } from '../routes/doctor.ts'
import { askOps, where } from './ask-ops.ts'
import type { Command, Terminal } from './command.ts'
import { optionsIn } from './options.ts'

const usage = `Usage: callback-receiver doctor [--json]

Lets the running service try its journal, broker, providers and clock with real calls, and says how to mend what is
wrong. Where no service answers, the settings of this environment are checked.

Ends with 0 when all is well, or else with 1.
${where}`

const options = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const
const signs = { ok: '  ok      ', degraded: '  degraded', failing: '  FAILING ' } as const

export const command: Command = async (words, terminal) => {
  const { values: { json = false, help } } = optionsIn(words, options, usage)
  if (help === true) { terminal.print(usage); return 0 }
  const findings = await ofService(terminal)
  terminal.print(json ? JSON.stringify({ findings }) : findings.map(linesOf).join('\n'))
  return findings.some(({ status }) => status !== 'ok') ? 1 : 0
}

async function ofService (terminal: Terminal): Promise<readonly Finding[]> {
  try {
    const { findings, time } = await (await askOps(terminal, '/v1/doctor', { signal: AbortSignal.timeout(15_000) })).json() as { readonly findings: readonly Finding[], readonly time: string }
    const skew = Math.round(Math.abs(Date.parse(time) - Date.now()) / 1000)
    return skew < 30 ? findings : [...findings, { part: 'this clock', status: 'degraded', reason: `It is ${skew} s away from the service's.`, mend: 'Let NTP set both.' }]
  } catch (thrown) {
    return [{ part: 'service', status: 'failing', reason: asFailure(thrown).reason, mend: 'Start it with `callback-receiver start`, or see its last log line.' }, settingsOfHere(terminal)]
  }
}

function settingsOfHere ({ environment }: Terminal): Finding {
  try {
    loadConfig(environment, providers)
    return { part: 'settings', status: 'ok', reason: 'Those of this environment would do.' }
  } catch (thrown) {
    return { part: 'settings', status: 'failing', reason: asFailure(thrown).reason, mend: '.env.example says what each of them means.' }
  }
}

function linesOf ({ part, status, reason = '', mend }: Finding): string {
  return `${signs[status]}  ${part.padEnd(10)} ${reason}${mend === undefined ? '' : `\n              → ${mend}`}`
}
