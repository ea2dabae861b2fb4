import * as fc from 'fast-check'
import { judge, type Sample } from '../test/security/memory.ts'
import { claims, type Claim } from '../test/security/properties.ts'
import { routeClaim } from '../test/security/route-claim.ts'
import { openTarget, opsToken } from '../test/security/target.ts'
import { httpClaim, mqttClaim } from '../test/security/wire-claims.ts'

/**
 * `npm run fuzz -- 3600`: ever new inputs for so many seconds (60). Parsers here; the real process over HTTP by its document, with damaged requests, and
 * with packets of MQTT at its embedded broker. Ends with 1 at the first claim that does not hold, when the process ends or hangs, logs a fault of its
 * own, or, after five minutes at least, holds ever more memory.
 */
const seconds = Number(process.argv[2] ?? 60)
const [begin, end] = [Date.now(), Date.now() + seconds * 1000]
const samples: Sample[] = []
const closers: (() => unknown)[] = []

process.on('unhandledRejection', thrown => { throw thrown })
const target = await openTarget({ teardown: (close: () => unknown) => { closers.push(close) } })
const wire: readonly (Claim & { readonly numRuns: number })[] = [
  { claim: 'routes', property: routeClaim(target.send, target.token), numRuns: 500 },
  { claim: 'ops routes', property: routeClaim(target.sendToOps, opsToken, 'ops'), numRuns: 100 },
  { ...httpClaim(target.url), numRuns: 200 },
  { ...mqttClaim({ ...target, clientId: 'app-7', password: target.token }), numRuns: 50 },
]
const runs = new Map<string, number>()
let said = 0

for (let turn = 0; Date.now() < end && process.exitCode === undefined; turn++) {
  const { claim, property, numRuns } = turn % 2 === 0 ? wire[(turn >> 1) % wire.length]! : { ...claims[(turn >> 1) % claims.length]!, numRuns: 500 }
  const checked = await fc.check(property, { numRuns, plugins: [fc.interruptAfterTimeLimit(Math.max(1, end - Date.now()))] })
  runs.set(claim, (runs.get(claim) ?? 0) + checked.numRuns)
  if (checked.failed && checked.counterexample !== null) report(`${claim}\nseed ${checked.seed}: ${JSON.stringify(checked.counterexample)}\n${String((checked.errorInstance as Error | undefined)?.stack)}`)
  await look()
}
conclude()
for (const close of closers.toReversed()) await close()

/** After each claim: the process is there, answers at once, and found no fault with itself. */
async function look (): Promise<void> {
  const asked = performance.now()
  const status = await fetch(`${target.url}/livez`, { signal: AbortSignal.timeout(5_000) }).then(async reply => { await reply.body?.cancel(); return reply.status }, String)
  if (status !== 200) report(`/livez: ${status} after ${Math.round(performance.now() - asked)} ms, exit code ${target.child.exitCode}`)
  const faults = target.faults()
  if (faults.length > 0) report(`logged: ${JSON.stringify(faults.slice(0, 3))}`)
  samples.push({ at: Date.now(), mib: target.mib() })
  if (Date.now() - said < 60_000) return
  said = Date.now()
  console.log(`${Math.round((said - begin) / 1000)} s: ${total()} inputs, the process holds ${Math.round(samples.at(-1)?.mib ?? 0)} MiB, this one ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB`)
}

function conclude (): void {
  const { first, last, isFlat } = judge(samples)
  const ofWire = wire.map(({ claim }) => `${runs.get(claim) ?? 0} ${claim}`).join(', ')
  const memory = `memory: at least ${first.toFixed(0)} MiB in the first quarter, ${last.toFixed(0)} MiB in the last`
  if (seconds >= 300 && !isFlat) report(`${memory}: it grows`)
  console.log(`${total()} inputs (${ofWire}); ${memory}; ${process.exitCode === 1 ? 'not all is well' : 'every claim holds'}`)
}

function total (): number {
  return [...runs.values()].reduce((sum, count) => sum + count, 0)
}

function report (what: string): void {
  console.error(what)
  process.exitCode = 1
}
