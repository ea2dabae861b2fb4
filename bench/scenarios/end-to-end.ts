import { onStage, type Bench } from '../bench.ts'
import { openCaller } from '../caller.ts'
import { openFarSide } from '../far-side.ts'
import { startNodeRed } from '../node-red.ts'
import { pump, type Flow } from '../pump.ts'

export interface EndToEnd extends Flow {
  readonly mostResident: number
}

/** Accept, fetch, record, publish, PUBACK, mark: as many as can be sustained. */
export async function sustained (bench: Bench, name = 'end to end'): Promise<EndToEnd> {
  return onStage(bench, {}, async ({ service: { pid }, far: { ledger }, caller, settle, mostResident }) => {
    const flow = await pump({ caller, pid, ids: bench.ids, ledger, ...bench.amounts })
    await settle(name)
    return { ...flow, mostResident: mostResident() }
  })
}

/** The same through Node-RED, which keeps nothing: what is under way when it dies is lost. */
export async function sustainedByNodeRed (bench: Bench, program: string): Promise<Flow> {
  const far = await openFarSide(bench.ids)
  try {
    const nodeRed = await startNodeRed({ folder: bench.folder, program, brokerUrl: far.brokerUrl, tokenioUrl: far.tokenio.url })
    const caller = openCaller(nodeRed)
    try {
      const flow = await pump({ caller, pid: nodeRed.pid, ids: bench.ids, ledger: far.ledger, ...bench.amounts })
      const missing = await far.ledger.settled()
      bench.checks.push({ of: 'Node-RED', events: far.ledger.events(), missing, repeats: far.ledger.repeats() })
      return flow
    } finally {
      caller.close()
      await nodeRed.stop()
    }
  } finally {
    await far.close()
  }
}
