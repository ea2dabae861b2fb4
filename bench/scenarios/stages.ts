import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { onStage, type Bench } from '../bench.ts'
import { shoot } from '../cannon.ts'
import { hottestOf, readProfile, stagesOf, type Rules, type Share } from '../profile.ts'
import { newKey } from '../service.ts'
import { tableOf } from '../table.ts'

const rules: Rules = [
  ['garbage collection', /^:\(garbage collector\)$/],
  ['Node and the kernel: sockets, timers', /^:\(program\)$/],
  ['log', /node_modules\/(pino|sonic-boom|thread-stream|@pinojs)|src\/log-lines\.ts/],
  ['validate', /faults-of|parameter-faults|to-callback|routes\/callbacks\.ts:toCallback|:validate\d*$|traceparent/],
  ['seal and fingerprint', /database\/(seal|random)\.ts|journal\/(fingerprint|keyed-hash|kept-callback)\.ts/],
  ['journal: begin, commit, fsync', /database\/sqlite\/transactions\.ts:(commit|attempt)/],
  ['journal: append', /journal\/sqlite\/append\.ts/],
  ['journal: claim', /journal\/sqlite\/claim(-events)?\.ts/],
  ['journal: record', /journal\/sqlite\/record\.ts/],
  ['journal: mark', /journal\/sqlite\/mark-published\.ts/],
  ['journal: grouping', /database\/group-commit\.ts/],
  ['fetch', /node_modules\/(undici|secure-json-parse)|providers\/tokenio\/(call|exchange|fetch-result|sign|refusal)\.ts|delivery\/breaker/],
  ['make the event', /delivery\/(to-event|event-validators)\.ts|to-events\.ts/],
  ['publish', /node_modules\/(mqtt|mqtt-packet|bl|readable-stream)|src\/publisher/],
  ['delivery: sweeps', /src\/delivery/],
  ['serialise and reply', /fastify\/lib\/(reply|hooks)|fast-json-stringify|fastify-cors|@fastify\/cors|security-headers|src\/app\.ts|_http_outgoing/],
  ['parse and route', /node_modules\/(fastify|find-my-way|fast-querystring)|node:_http_server|node:_http_incoming|node:_http_common/],
]

/** Where the processor's time goes, on the way in and on the way out, each on its own. */
export async function showStages ({ amounts, ...bench }: Bench): Promise<string> {
  const parts = { folder: await mkdtemp(join(bench.folder, 'stages-')), keys: newKey() }
  const profiled = (name: string) => ({ ...parts, nodeWords: ['--cpu-prof', '--cpu-prof-interval', '250', '--cpu-prof-dir', join(parts.folder, name)] })

  const wayIn = await onStage({ ...bench, amounts }, profiled('in'), async ({ service: { url, pid, readyMs }, far: { tokenio } }) => {
    let [all, measured] = [0, 0]
    tokenio.away(true)
    await shoot({ url, pid, ids: bench.ids, acknowledged: () => { all++ }, warmUpSeconds: 0, seconds: amounts.warmUpSeconds })
    await shoot({ url, pid, ids: bench.ids, acknowledged: () => { measured++ }, warmUpSeconds: 0, seconds: amounts.seconds })
    return { all: all + measured, measured, after: readyMs + amounts.warmUpSeconds * 1000 }
  })
  const wayOut = await onStage({ ...bench, amounts }, profiled('out'), async ({ service: { readyMs }, far: { ledger } }) => {
    for (const end = performance.now() + 60_000; ledger.events() < wayIn.all && performance.now() < end;) await sleep(50)
    return { measured: ledger.events(), after: readyMs }
  })
  const ways = [{ name: 'in', title: 'accepted', ...wayIn }, { name: 'out', title: `delivered of ${wayIn.all} accepted`, ...wayOut }]
  const tables = await Promise.all(ways.map(async ({ name, title, measured, after }) => {
    const profile = await readProfile(join(parts.folder, name), after)
    return `${measured} callbacks ${title}\n\n${shareTable('stage', stagesOf(profile, rules), measured)}\n\n${shareTable('function, its own time', hottestOf(profile), measured)}`
  }))
  return `\n${tables.join('\n\n')}`
}

/** The first 25, and no crumbs. */
function shareTable (title: string, shares: readonly Share[], callbacks: number): string {
  const whole = shares.reduce((sum, { milliseconds }) => sum + milliseconds, 0)
  return tableOf([title, 'share', 'µs per callback'], shares.slice(0, 25).filter(({ milliseconds }) => milliseconds / whole > 0.005)
    .map(({ name, milliseconds }) => [name, `${(milliseconds / whole * 100).toFixed(1)} %`, (milliseconds * 1000 / callbacks).toFixed(2)]))
}
