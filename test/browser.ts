import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import type { Test } from 'tap'

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(path => existsSync(path))

/** Why a test that needs a browser cannot run; false where it can, and on CI, where it must. */
export const withoutChromium: string | false = executablePath === undefined && process.env.CI !== 'true' ? 'chromium is not installed' : false

const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage']

/** A headless Chromium that ends with the test. */
export async function startBrowser (t: Pick<Test, 'teardown'>): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: executablePath ?? '/usr/bin/chromium', args: flags })
  t.teardown(() => browser.close())
  return browser
}

/** A page of its own visitor. What the page itself complains of, such as a breach of its Content-Security-Policy, comes to `complaints`. */
export async function visit (browser: Browser, options: BrowserContextOptions = {}): Promise<{ readonly page: Page, readonly complaints: string[] }> {
  const visitor = await browser.newContext({ viewport: { width: 360, height: 740 }, ...options })
  const page = await visitor.newPage()
  page.setDefaultTimeout(45_000)
  const complaints: string[] = []
  page.on('console', said => { if (said.type() === 'error' && !said.location().url.endsWith('/favicon.ico')) complaints.push(said.text()) })
  page.on('pageerror', error => complaints.push(error.message))
  return { page, complaints }
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe-core finds wrong with the page as it stands, best practices included; a sentence for each. */
export async function barriersOf (page: Page): Promise<string[]> {
  return page.evaluate(`(() => { const module = undefined; ${axe};
    return window.axe.run(document, { resultTypes: ['violations'] })
      .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(node => id + ': ' + node.html))) })()`)
}
