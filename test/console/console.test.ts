import t, { type Test } from 'tap'
import { barriersOf, startBrowser, visit, withoutChromium } from '../browser.ts'
import { startProcess } from '../process.ts'
import { until } from '../publisher/until.ts'
import { processed, startTokenio } from '../tokenio-server.ts'

const keyOf = (n: number) => `rq:3SVzgJtzu2DvaZSgRGznpdkn${'ABCDEFGH'.charAt(n)}dq:5zKtXEAq`
const wide = { viewport: { width: 1280, height: 900 } }

async function openTroubled (t: Test) {
  const tokenio = await startTokenio()
  t.teardown(tokenio.close)
  const running = await startProcess(t, { TOKENIO_URL: tokenio.url, TOKENIO_API_KEY: 'key', DELIVERY_MAX_ATTEMPTS: '1' })
  const send = (n: number) => fetch(`${running.url}/v1/tokenio/callback?request-id=${keyOf(n)}&request_id=${keyOf(n)}`)
  return { tokenio, running, send }
}

void t.test('the console in a browser', { skip: withoutChromium, timeout: 120_000 }, async t => {
  const browser = await startBrowser(t)

  await t.test('an entry appears live; a buried one is redriven and seen delivered; a key is erased', async t => {
    const { tokenio, running, send } = await openTroubled(t)
    const { page, complaints } = await visit(browser, wide)
    await page.goto(running.ops)
    await page.getByText('No entries yet.').waitFor()
    t.strictSame(await barriersOf(page), [])

    await send(0)
    const row = (n: number) => page.getByRole('row', { name: keyOf(n) })
    await row(0).getByText('delivered').waitFor()
    tokenio.otherwise({ status: 400, body: { error: { message: 'no' } } })
    await send(1)
    await row(1).getByText('buried').waitFor()
    t.match(await row(1).textContent(), /RESULT_REFUSED/)
    t.strictSame(await barriersOf(page), [])

    await page.getByRole('button', { name: keyOf(1) }).click()
    const dialog = page.getByRole('dialog', { name: 'Entry' })
    await dialog.getByText('Given up').waitFor()
    t.match(await dialog.getByRole('list').allTextContents(), [/Received, journalled and answered[^]*A try failed: RESULT_REFUSED/])
    t.strictSame(await barriersOf(page), [])

    tokenio.otherwise(processed())
    await dialog.getByRole('button', { name: 'Redrive' }).click()
    await dialog.getByText('The broker acknowledged it').waitFor()
    await dialog.getByRole('button', { name: 'Close' }).click()
    await row(1).getByText('delivered').waitFor()
    t.equal(await page.evaluate('document.activeElement.textContent'), keyOf(1), 'the focus is back where it was')

    await page.getByLabel('Key').fill(keyOf(0))
    await page.keyboard.press('Enter')
    await row(1).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: keyOf(0) }).click()
    await dialog.getByRole('button', { name: /Erase/ }).click()
    const sure = page.getByRole('dialog', { name: 'Are you sure?' })
    await sure.getByRole('button', { name: 'No' }).click()
    t.equal((await (await fetch(`${running.ops}/v1/entries?key=${keyOf(0)}`)).json() as { readonly entries: unknown[] }).entries.length, 1, 'no means no')
    await dialog.getByRole('button', { name: /Erase/ }).click()
    await sure.getByRole('button', { name: 'Erase' }).click()
    await page.getByText(`${keyOf(0)}: 1 erased.`).waitFor()
    await row(0).waitFor({ state: 'detached' })
    t.strictSame(complaints, [])
  })

  await t.test('all buried ones are redriven at once, and what is away is said with its reason', async t => {
    const { tokenio, running, send } = await openTroubled(t)
    tokenio.otherwise({ status: 400, body: { error: { message: 'no' } } })
    const { page, complaints } = await visit(browser, { ...wide, colorScheme: 'dark' })
    await page.goto(running.ops)
    await page.getByLabel('Status').selectOption('buried')
    for (const n of [0, 1, 2]) await send(n)
    await until(async () => await page.getByRole('row').count() === 4)
    t.strictSame(await barriersOf(page), [], 'nor is there a barrier in the dark')
    tokenio.otherwise(processed())
    await page.getByRole('button', { name: 'Redrive all buried…' }).click()
    await page.getByRole('dialog', { name: 'Are you sure?' }).getByRole('button', { name: 'Redrive' }).click()
    await page.getByText('3 redriven.').waitFor()
    await until(async () => await page.getByRole('row').count() === 1)
    await tokenio.close()
    await send(3)
    await page.getByRole('listitem').filter({ hasText: /^tokenio: degraded \(.*cannot be reached/ }).waitFor({ timeout: 10_000 })
    await page.getByRole('region', { name: 'What is wrong' }).getByText(/results are late/).waitFor()
    t.strictSame(await barriersOf(page), [])
    await page.getByRole('button', { name: 'Examine all…' }).click()
    const examined = page.getByRole('dialog', { name: 'Examined with real calls' })
    await examined.getByText(/firewall/).waitFor()
    t.strictSame(await barriersOf(page), [])
    await examined.getByRole('button', { name: 'Close' }).click()
    t.strictSame(complaints, [])
  })

  await t.test('in the sandbox, each kind of callback is sent at a press, on a small screen too', async t => {
    const running = await startProcess(t)
    const { page, complaints } = await visit(browser)
    await page.goto(running.ops)
    const choices = page.getByRole('region', { name: 'Sandbox' }).getByRole('button')
    await choices.first().waitFor()
    for (const choice of await choices.all()) await choice.click()
    await until(async () => await page.getByRole('row').count() >= await choices.count() + 1)
    t.strictSame(await barriersOf(page), [])
    t.strictSame(complaints, [])
  })

  await t.test('it is there at once, and small', async t => {
    const { running } = await openTroubled(t)
    const { page } = await visit(browser, wide)
    await page.goto(running.ops)
    await page.getByText('Live', { exact: true }).waitFor()
    await page.waitForLoadState('networkidle', { timeout: 1000 }).catch(() => {}) // live events never end
    const bytes = Number(await page.evaluate("performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation')).filter(({ name }) => !/metrics|live/.test(name)).reduce((sum, { transferSize }) => sum + transferSize, 0)"))
    t.ok(bytes > 10_000 && bytes < 60_000, `${bytes} bytes`)
    t.notOk(await page.evaluate(`performance.getEntriesByType('resource').some(({ name }) => !name.startsWith('${running.ops}/'))`), 'nothing comes from elsewhere')

    // A machine that takes long for a page of one line says nothing about ours: what counts then is what ours takes more.
    const paintOf = async (url: string) => {
      const { page } = await visit(browser, wide)
      await page.goto(url)
      const painted = Number(await page.evaluate(`new Promise(resolve => {
        const told = () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime
        if (told() !== undefined) resolve(told())
        else new PerformanceObserver(() => { if (told() !== undefined) resolve(told()) }).observe({ type: 'paint', buffered: true })
      })`))
      await page.context().close()
      return painted
    }
    const [paints, bare]: [number[], number[]] = [[], []]
    const medianOf = (times: readonly number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Infinity
    const isQuick = () => medianOf(paints) < Math.max(300, medianOf(bare) + 200)
    for (let looks = 0; looks < 12 && (paints.length < 5 || !isQuick()); looks++) {
      bare.push(await paintOf(`${running.ops}/livez`))
      paints.push(await paintOf(running.ops))
    }
    t.ok(isQuick(), `first paints after ${paints.map(Math.round).join(', ')} ms; of a page of one line after ${bare.map(Math.round).join(', ')} ms`)
    t.comment(`${bytes} bytes, first paint after ${Math.round(medianOf(paints))} ms, of a page of one line after ${Math.round(medianOf(bare))} ms`)
  })
})
