import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import t from 'tap'
import { barriersOf, startBrowser, visit, withoutChromium } from '../browser.ts'
import { startProcess } from '../process.ts'
import { subscribe } from '../subscriber.ts'

const canary = '7391846205'

/** The page that has `sign` does not move on while somebody looks at it: what its script asks for is held until the returned function is called. */
async function holdStill (page: Page, sign: Locator): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  await page.route('**/*', async route => {
    if (route.request().resourceType() === 'fetch' && await sign.count() > 0) await promise
    await route.continue()
  })
  return resolve
}

void t.test('from the fake bank to the published event, in a browser', { skip: withoutChromium, timeout: 180_000 }, async t => {
  t.jobs = 4
  const browser = await startBrowser(t)
  const running = await startProcess(t, { PAGE_NAME: 'Example & Sons', PAGE_COLOR: '#8a1538', LOG_LEVEL: 'trace' })
  const bank = String(running.lines.find(({ msg }) => msg === 'listening')?.bank)
  const subscriber = await subscribe(t, running.mqtt)
  const statusesOf = (key: string) => subscriber.received.filter(({ event }) => event.subject === key).map(({ event }) => event.type.split('.')[2])
  const statusesUntil = async (key: string, last: string) => { await subscriber.until(() => statusesOf(key).at(-1) === last); return statusesOf(key) }

  const journeys: Promise<unknown>[] = []
  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with scripts' : 'without scripts'
    const start = async (choice: string, locale = 'en-GB') => {
      const visitor = await visit(browser, { javaScriptEnabled, locale, colorScheme: choice === 'decoupled' ? 'dark' : 'light' })
      const { page } = visitor
      const phone = page.getByText('Please, authorize payment using mobile device.')
      const letGo = await holdStill(page, phone)
      await page.goto(bank)
      const key = await page.locator('input[name=request-id]').getAttribute('value') ?? ''
      await page.locator(`button[value=${choice}]`).click()
      return { ...visitor, key, phone, letGo }
    }
    const barriers = async (page: Awaited<ReturnType<typeof start>>['page']) => javaScriptEnabled ? barriersOf(page) : []

    journeys.push(t.test(`a passcode, wrong at first, ${how}`, { buffered: true }, async t => {
      const { page, key, complaints } = await start('passcode')
      await page.waitForURL('**/steps/*')
      const input = page.locator('input[name=otp]')
      await input.waitFor()
      t.strictSame(await barriers(page), [])
      t.match(await page.content(), /Example &amp; Sons/)
      t.equal(await input.getAttribute('autocomplete'), 'one-time-code')
      t.equal(await page.getByLabel('One-time passcode').count(), 1)
      await input.fill('000000')
      await page.getByRole('button').click()
      await page.getByRole('alert').waitFor()
      t.match(await page.getByRole('alert').textContent(), /did not accept/)
      t.strictSame(await barriers(page), [])
      await page.locator('input[name=otp]').fill(canary)
      await page.getByRole('button').click()
      await page.getByRole('heading', { name: 'Done' }).waitFor()
      t.strictSame(await barriers(page), [])
      t.strictSame(await statusesUntil(key, 'completed'), ['credentials-required', 'completed'])
      t.strictSame(complaints, [])
    }))

    journeys.push(t.test(`the phone, ${how}: the page waits and moves on by itself`, { buffered: true }, async t => {
      const { page, key, complaints, phone, letGo } = await start('decoupled')
      await phone.waitFor()
      t.strictSame(await barriers(page), [])
      letGo()
      await page.getByRole('heading', { name: 'Done' }).waitFor()
      t.strictSame(await statusesUntil(key, 'completed'), ['credentials-required', 'completed'])
      t.strictSame(complaints, [])
    }))
  }

  for (const [choice, locale, first, last] of [
    ['approve', 'de-CH', 'Vielen Dank', 'Fertig'],
    ['slow', 'fr-FR', 'Merci', 'Terminé'],
    ['decline', 'es-ES', 'Autorización cancelada', undefined],
    ['unavailable', 'en-GB', 'Your bank is not available', undefined],
  ] as const) {
    journeys.push(t.test(`${choice}, ${locale}`, { buffered: true }, async t => {
      const { page, complaints } = await visit(browser, { locale })
      const heading = page.getByRole('heading', { name: first })
      const letGo = await holdStill(page, heading)
      await page.goto(bank)
      const key = await page.locator('input[name=request-id]').getAttribute('value') ?? ''
      await page.locator(`button[value=${choice}]`).click()
      await heading.waitFor()
      t.strictSame(await barriersOf(page), [])
      letGo()
      t.equal(await page.locator('html').getAttribute('lang'), locale.slice(0, 2))
      if (last !== undefined) {
        await page.getByRole('heading', { name: last }).waitFor()
        t.strictSame(await barriersOf(page), [])
      }
      const end = last === undefined ? 'failed' : 'completed'
      t.equal((await statusesUntil(key, end)).at(-1), end)
      t.strictSame(complaints, [])
    }))
  }

  await Promise.all(journeys)
  await t.test('what was typed is found nowhere', async t => {
    const journal = dirname(running.journalFile)
    const files = readdirSync(journal, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
    t.ok(files.length > 0)
    for (const file of files) t.notOk(readFileSync(file).includes(canary), file)
    t.notMatch(JSON.stringify(running.lines), canary)
    const metrics = await (await fetch(`${running.ops}/metrics`)).text()
    t.match(metrics, /callback_receiver|callbacks_/)
    t.notMatch(metrics, canary)
    t.notMatch(JSON.stringify(subscriber.received.map(({ event }) => event)), canary)
  })
})
