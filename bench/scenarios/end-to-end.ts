import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { startFlags } from '../../test/start-flags.ts'
import { onStage, type Bench } from '../bench.ts'
import { openCaller } from '../caller.ts'
import { openFarSide } from '../far-side.ts'
import { startNodeRed } from '../node-red.ts'
import { pump, type Flow } from '../pump.ts'
import { startMeasured, type MeasuredProcess } from '../service.ts'
import { startWebhook } from '../webhook.ts'

/** How far away Token.io is: the milliseconds that its answers take, and the callbacks under way at once that this needs. */
export interface Distance { readonly name: string, readonly takes: number, readonly outstanding: number }
const near: Distance = { name: '', takes: 0, outstanding: 256 }
export const far100: Distance = { name: ', 100 ms away', takes: 100, outstanding: 512 }

export interface EndToEnd extends Flow {
  readonly mostResident: number
}

/** Accept, fetch, record, publish, PUBACK, mark: as many as can be sustained. */
export async function sustained (bench: Bench, distance: Distance = near): Promise<EndToEnd> {
  return onStage(bench, {}, async ({ service: { pid }, far: { ledger, tokenio }, caller, settle, mostResident }) => {
    tokenio.takes(distance.takes)
    const flow = await pump({ caller, pid, ids: bench.ids, ledger, outstanding: distance.outstanding, ...bench.amounts })
    await settle(`end to end${distance.name}`)
    return { ...flow, mostResident: mostResident() }
  })
}

/** The same through Node-RED, which keeps nothing: what is under way when it dies is lost. */
export async function sustainedByNodeRed (bench: Bench, program: string, distance: Distance = near): Promise<Flow> {
  return sustainedBy(bench, { of: `Node-RED${distance.name}`, distance }, ({ brokerUrl, tokenioUrl }) => startNodeRed({ folder: bench.folder, program, brokerUrl, tokenioUrl }))
}

/** The same through `webhook`, which keeps nothing either; only its events count, most of the work is done by the processes that it starts. */
export async function sustainedByWebhook (bench: Bench): Promise<Flow> {
  return sustainedBy(bench, { of: 'webhook' }, at => startWebhook({ folder: bench.folder, ...at }))
}

/** The same by the service's own packages, with nothing kept either: what they leave to be had. */
export async function sustainedByPackages (bench: Bench): Promise<Flow> {
  return sustainedBy(bench, { of: 'its packages alone' }, async ({ brokerUrl, tokenioUrl }) => startMeasured({
    folder: await mkdtemp(join(bench.folder, 'packages-')),
    words: [...startFlags, join(import.meta.dirname, '..', 'packages.ts')],
    environment: { MQTT_URL: brokerUrl, TOKENIO_URL: tokenioUrl },
    urlIn: log => /"public":"([^"]+)"/.exec(log)?.[1],
    readyPath: '/readyz',
  }))
}

async function sustainedBy (bench: Bench, { of, distance = near }: { readonly of: string, readonly distance?: Distance }, start: (at: { readonly brokerUrl: string, readonly tokenioUrl: string }) => Promise<MeasuredProcess>): Promise<Flow> {
  const far = await openFarSide(bench.ids)
  far.tokenio.takes(distance.takes)
  try {
    const peer = await start({ brokerUrl: far.brokerUrl, tokenioUrl: far.tokenio.url })
    const caller = openCaller(peer)
    try {
      const flow = await pump({ caller, pid: peer.pid, ids: bench.ids, ledger: far.ledger, outstanding: distance.outstanding, ...bench.amounts })
      const missing = await far.ledger.settled()
      bench.checks.push({ of, isPeer: true, events: far.ledger.events(), missing, repeats: far.ledger.repeats() })
      return flow
    } finally {
      caller.close()
      await peer.stop()
    }
  } finally {
    await far.close()
  }
}
