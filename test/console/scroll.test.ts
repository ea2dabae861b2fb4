import { join } from 'node:path'
import type { Page } from 'playwright-core'
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

/** Milliseconds between frames, and of the longest task, while somebody scrolls down and up. */
interface Walk {
  readonly frames: number
  readonly median: number
  readonly ninetyFifth: number
  readonly longest: number
}

const isSmooth = ({ frames, median, ninetyFifth, longest }: Walk) => frames > 60 && median < 70 && ninetyFifth < 250 && longest < 600

async function walk (page: Page): Promise<Walk> {
  await page.evaluate(`(() => {
    const frames = [], long = []
    const observer = new PerformanceObserver(list => long.push(...list.getEntries().map(({ duration }) => duration)))
    observer.observe({ type: 'longtask' })
    let before = performance.now(), frame
    const tick = now => { frames.push(now - before); before = now; frame = requestAnimationFrame(tick) }
    frame = requestAnimationFrame(tick)
    window.endWalk_ = () => { observer.disconnect(); cancelAnimationFrame(frame); return { frames, long } }
  })()`)
  await page.mouse.move(640, 600)
  for (let step = 0; step < 120; step++) {
    await page.mouse.wheel(0, step < 60 ? -2500 : 2500)
    await page.waitForTimeout(16)
  }
  const { frames, long } = await page.evaluate('window.endWalk_()') as { readonly frames: readonly number[], readonly long: readonly number[] }
  const sorted = frames.toSorted((a, b) => a - b)
  const at = (part: number) => Math.round(sorted[Math.floor(sorted.length * part)] ?? Infinity)
  return { frames: frames.length, median: at(0.5), ninetyFifth: at(0.95), longest: Math.max(0, ...long) }
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

  const walks: Walk[] = []
  while (walks.length < 5 && !walks.some(isSmooth)) walks.push(await walk(page)) // other tests run beside it
  t.ok(walks.some(isSmooth), JSON.stringify(walks))
  t.comment(JSON.stringify(walks))

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
