import { join } from 'node:path'
import t from 'tap'
import { startBrowser, visit, withoutChromium } from '../browser.ts'
import { openSqliteJournal } from '../journal/open-journal.ts'
import { directoryFor, startProcess } from '../process.ts'
import { until } from '../publisher/until.ts'

const number = 10_000
const keyOf = (n: number) => `rq:3SVzgJtzu2DvaZSgRGzn${String(n).padStart(5, '0').replaceAll('0', 'x')}:5zKtXEAq`

/** A journal that waits, since its provider is away. */
async function seed (directory: string): Promise<void> {
  const journal = await openSqliteJournal({ file: join(directory, 'journal.db'), keys: [] })
  for (let begin = 0; begin < number; begin += 500) {
    await Promise.all(Array.from({ length: 500 }, (_, i) => journal.append({ provider: 'tokenio', channel: 'front', key: keyOf(begin + i), parameters: {}, traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00' })))
  }
  await journal.close()
}

void t.test('ten thousand entries scroll smoothly, and stay true', { skip: withoutChromium, timeout: 110_000 }, async t => {
  const directory = directoryFor(t)
  await seed(directory)
  const running = await startProcess(t, { directory, TOKENIO_URL: 'http://127.0.0.1:1', TOKENIO_API_KEY: 'key' })
  const browser = await startBrowser(t)
  const { page, complaints } = await visit(browser, { viewport: { width: 1280, height: 900 } })
  await page.goto(running.ops)
  await page.getByText('Live', { exact: true }).waitFor()
  const rows = async () => Number(await page.evaluate("document.querySelectorAll('#table tbody tr').length"))
  await until(async () => await rows() === 200 || await rows() === 700, 20_000)
  const since = Date.now()
  await until(async () => { // the next page comes when the end is near
    await page.evaluate('window.scrollTo(0, document.body.scrollHeight)')
    await page.waitForTimeout(100)
    return await rows() === number
  }, 90_000)
  t.comment(`all were there after ${Date.now() - since} ms`)

  await page.evaluate(`(() => {
    window.frames_ = []; window.long_ = []
    new PerformanceObserver(list => window.long_.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' })
    let before = performance.now()
    const tick = now => { window.frames_.push(now - before); before = now; requestAnimationFrame(tick) }
    requestAnimationFrame(tick)
  })()`)
  await page.mouse.move(640, 600)
  for (let step = 0; step < 120; step++) {
    await page.mouse.wheel(0, step < 60 ? -2500 : 2500)
    await page.waitForTimeout(16)
  }
  const { frames, long } = await page.evaluate('({ frames: window.frames_, long: window.long_ })') as { readonly frames: readonly number[], readonly long: readonly number[] }
  const sorted = frames.toSorted((a, b) => a - b)
  const at = (part: number) => sorted[Math.floor(sorted.length * part)] ?? Infinity
  t.comment(`${frames.length} frames: median ${at(0.5).toFixed(1)} ms, 95 in 100 below ${at(0.95).toFixed(1)} ms; ${long.length} long tasks, the longest ${Math.max(0, ...long)} ms`)
  t.ok(frames.length > 60, `${frames.length} frames`)
  t.ok(at(0.5) < 70, `half of the frames come within ${at(0.5)} ms`)
  t.ok(at(0.95) < 250, `95 in 100 within ${at(0.95)} ms`)
  t.ok(Math.max(0, ...long) < 600, `the longest task takes ${Math.max(0, ...long)} ms`)

  await page.evaluate('window.scrollTo(0, document.body.scrollHeight)')
  const last = page.locator('#table tr', { hasText: keyOf(0) })
  await last.waitFor()
  await fetch(`${running.ops}/v1/entries?key=${keyOf(0)}`, { method: 'DELETE' })
  await last.waitFor({ state: 'detached' }) // far below those that are told live
  await page.locator('#table button', { hasText: keyOf(2) }).focus()
  await page.keyboard.press('ArrowDown')
  t.equal(await page.evaluate('document.activeElement.textContent'), keyOf(1), 'rows are walked by the keyboard')
  await page.evaluate('window.scrollTo(0, 0)')
  const added = keyOf(number)
  await fetch(`${running.url}/v1/tokenio/callback?request-id=${added}&request_id=${added}`)
  await page.locator('#table tr', { hasText: added }).waitFor()
  t.strictSame(complaints, [])
})
