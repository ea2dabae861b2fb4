import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import type { Test } from 'tap'
import { openFace } from '../test/security/open-face.ts'
import { claims, type Claim } from '../test/security/properties.ts'
import { routeClaim } from '../test/security/route-claim.ts'

/** `npm run fuzz -- 600`: every claim with ever new inputs, for so many seconds (60). Ends with 1 at the first that does not hold. */
const end = Date.now() + Number(process.argv[2] ?? 60) * 1000
const directory = mkdtempSync(join(tmpdir(), 'fuzz-'))
const closers: (() => unknown)[] = [() => { rmSync(directory, { recursive: true, force: true }) }]
const surroundings = { teardown: (close: () => unknown) => { closers.push(close) }, testdir: () => directory, testdirName: directory } as unknown as Test

process.on('unhandledRejection', thrown => { throw thrown })
const { app, token, lines } = await openFace(surroundings)
const all: readonly Claim[] = [{ claim: 'routes', property: routeClaim(app, token) }, ...claims]
let runs = 0
let said = Date.now()
for (let turn = 0; Date.now() < end && process.exitCode === undefined; turn++) {
  const { claim, property } = all[turn % 2 === 0 ? 0 : 1 + (turn >> 1) % claims.length]! // the routes every other time
  const { failed, counterexample, seed, errorInstance, numRuns } = await fc.check(property, { numRuns: 500 })
  runs += numRuns
  if (failed) {
    console.error(`${claim}\nseed ${seed}: ${JSON.stringify(counterexample)}\n${String((errorInstance as Error | undefined)?.stack)}`)
    process.exitCode = 1
  }
  lines.length = 0
  if (Date.now() - said > 30_000) {
    said = Date.now()
    console.log(`${runs} inputs, ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB`)
  }
}
console.log(`${runs} inputs, ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB, ${process.exitCode === 1 ? 'one claim does not hold' : 'every claim holds'}`)
for (const close of closers.toReversed()) await close()
