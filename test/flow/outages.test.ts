import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import type { Page } from 'playwright-core'
import { startBrowser, visit, withoutChromium } from '../browser.ts'
import { startMosquitto, withoutMosquitto } from '../mosquitto.ts'
import { startPostgres, withoutPostgres } from '../postgres.ts'
import { directoryFor, startProcess } from '../process.ts'
import { until } from '../publisher/until.ts'
import { startTokenio } from '../tokenio-server.ts'

const cli = join(import.meta.dirname, '../../src/cli/main.ts')
/** What the issue of every night asks for: seen within ten seconds. */
const patience = 10_000

interface Outage {
  /** As the parts are called in the console, in the figures and by doctor. */
  readonly part: string
  readonly reason: RegExp
  readonly stake: RegExp
  readonly mend: RegExp
  stop (): Promise<void>
  back (): Promise<unknown>
}

async function findingOf (part: string, ops: string): Promise<{ readonly line: string, readonly code: number | null }> {
  const child = spawn(process.execPath, [cli, 'doctor'], { env: { PATH: process.env.PATH, NODE_V8_COVERAGE: process.env.NODE_V8_COVERAGE, OPS_URL: ops }, stdio: ['ignore', 'pipe', 'ignore'] })
  const code = new Promise<number | null>(resolve => { child.once('exit', resolve) })
  const out = await text(child.stdout)
  return { line: new RegExp(`^ {2}\\w+ +${part} [^]*?(?=^ {2}\\w|(?![^]))`, 'm').exec(out)?.[0] ?? '', code: await code }
}

/** All three places say it in time, and all three say nothing of it once it is over. */
async function seen (t: Test, { part, reason, stake, mend, stop, back }: Outage, ops: string, page: Page): Promise<void> {
  const trouble = page.getByRole('region', { name: 'What is wrong' }).getByRole('listitem').filter({ hasText: new RegExp(`^${part}: `) })
  const chip = page.getByRole('list', { name: 'Health' }).getByRole('listitem').filter({ hasText: new RegExp(`^${part}: ok$`) })
  const isUp = async () => /^callback_receiver_part_up\{part="(\w+)"\} 1$/gm[Symbol.matchAll](await (await fetch(`${ops}/metrics`)).text())
  const says = async (up: boolean) => [...await isUp()].some(([, name]) => name === part) === up
  await chip.waitFor()
  t.ok(await says(true))

  await stop()
  const since = performance.now()
  await Promise.all([trouble.waitFor({ timeout: patience }), until(() => says(false), patience)])
  const told = await trouble.textContent() ?? ''
  for (const words of [reason, stake, mend]) t.match(told, words, 'the console says what is wrong, what is at stake, what to do')
  const { line, code } = await findingOf(part, ops)
  t.ok(performance.now() - since < patience + 5_000, 'doctor answers as soon as it is asked')
  t.match(line, /^ {2}(?:degraded|FAILING) /)
  t.match(line, reason)
  t.match(line, /→ \w/)
  t.equal(code, 1)

  await back()
  await Promise.all([trouble.waitFor({ state: 'detached' }), chip.waitFor(), until(() => says(true), 20_000)])
  t.match((await findingOf(part, ops)).line, /^ {2}ok /)
}

void t.test('whatever stops outside is seen within ten seconds in console, figures and doctor, and clears by itself', { skip: withoutChromium || withoutMosquitto || withoutPostgres, timeout: 170_000 }, async t => {
  const [tokenio, mosquitto, postgres, browser] = await Promise.all([startTokenio(), startMosquitto(), startPostgres(), startBrowser(t)])
  const provider = { now: tokenio }
  t.teardown(() => Promise.all([provider.now.close(), mosquitto.stop(), postgres.stop()]))
  const { url, ops } = await startProcess(t, { directory: directoryFor(t), TOKENIO_URL: tokenio.url, TOKENIO_API_KEY: 'key', MQTT_URL: mosquitto.url, JOURNAL_URL: await postgres.fresh() })
  const { page, complaints } = await visit(browser, { viewport: { width: 1280, height: 900 } })
  await page.goto(ops)
  const key = 'rq:3SVzgJtzu2DvaZSgRGznpdknT3dq:5zKtXEAq'
  await fetch(`${url}/v1/tokenio/callback?request-id=${key}&request_id=${key}`)
  const row = page.getByRole('row', { name: key })
  await row.getByText('delivered').waitFor()

  await t.test('Mosquitto', async t => seen(t, {
    part: 'broker', reason: /closed|refused|ECONNREFUSED|reach/i, stake: /Callbacks are taken[^]*nothing is lost/, mend: /MQTT_URL/, stop: mosquitto.kill, back: mosquitto.restart,
  }, ops, page))
  await t.test('PostgreSQL', async t => seen(t, {
    part: 'journal', reason: /PostgreSQL|ECONNREFUSED|database|journal/i, stake: /refused with 503/, mend: /PostgreSQL runs/, stop: postgres.kill, back: postgres.restart,
  }, ops, page))
  t.equal(await row.count(), 1, 'what the journal told last stays on the page')
  await t.test('the provider, though nobody calls it', async t => seen(t, {
    part: 'tokenio', reason: /cannot be reached/, stake: /results are late/, mend: /credentials/, stop: tokenio.close,
    back: async () => { provider.now = await startTokenio({ port: Number(new URL(tokenio.url).port) }) },
  }, ops, page))
  t.strictSame(complaints.filter(said => !/Failed to load resource/.test(said)), [])
})
