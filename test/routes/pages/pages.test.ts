import { createHash } from 'node:crypto'
import t from 'tap'
import type { Step } from '../../../src/providers/visits.ts'
import { createPages } from '../../../src/routes/pages/pages.ts'

const hostile = '"><script>alert(1)</script>&'
const step: Step = {
  mark: 'm',
  parts: [
    { kind: 'words', text: hostile },
    { kind: 'image', source: 'data:image/png;base64,AAAA' },
    { kind: 'input', name: hostile, label: hostile, hint: hostile, secret: true, oneTime: true },
    { kind: 'choice', name: 'way', options: [hostile, 'Call'] },
  ],
}

void t.test('all that a provider or a setting says is escaped', async t => {
  const pages = createPages({ name: hostile })
  const watch = { path: `/x${hostile}`, mark: hostile }
  for (const page of [pages.ask(step, 'en', 'again'), pages.confirm(step, 'fr', watch), pages.show('waiting', 'de', watch), pages.show('gone', 'es')]) {
    t.notMatch(page, '<script>alert')
    t.match(page, /&lt;script&gt;alert\(1\)&lt;\/script&gt;&amp;/)
  }
})

void t.test('a form names each input by its field, says who sees it, and asks phones for codes', async t => {
  const page = createPages().ask({ mark: 'm', parts: [
    { kind: 'input', name: 'otp', label: 'Code', hint: 'See your phone', secret: false, oneTime: true },
    { kind: 'input', name: 'pin', secret: true, oneTime: false },
    { kind: 'choice', name: 'way', label: 'Way', options: ['SMS', 'Call'] },
  ] }, 'en', 'unsent')
  t.match(page, '<label for="part-0">Code</label><small id="part-0-hint">See your phone</small><input type="text" id="part-0" name="otp" autocomplete="one-time-code"')
  t.match(page, 'aria-describedby="part-0-hint"')
  t.match(page, '<label for="part-1">Your entry</label><input type="password" id="part-1" name="pin" autocomplete="off"')
  t.match(page, /<fieldset><legend>Way<\/legend>.*value="SMS" required>SMS<\/label>/s)
  t.match(page, '<p class="notice" role="alert">Your bank could not be reached. Please try again.</p>')
  t.match(page, '<form method="post">')
})

void t.test('the policy lets through what the page has, and nothing else', async t => {
  const pages = createPages({ color: '#8a1538' })
  const hashOf = (text = '') => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  const watched = pages.show('waiting', 'en', { path: '/p', mark: 'x' })
  t.match(pages.policy(), hashOf(/<style>(.*?)<\/style>/s.exec(watched)?.[1]))
  t.match(pages.policy('watch'), `script-src ${hashOf(/<script>(.*?)<\/script>/s.exec(watched)?.[1])}; connect-src 'self'`)
  t.notMatch(pages.policy(), /script|connect|img|unsafe/)
  t.notMatch(pages.policy('form'), /script|connect|unsafe/)
  t.match(pages.policy('form', ['https:']), "form-action 'self' https:;")
  for (const policy of [pages.policy(), pages.policy('watch'), pages.policy('form')]) t.match(policy, /^default-src 'none'; .*base-uri 'none'; .*frame-ancestors 'none'$/)
})

void t.test('a page that waits refreshes itself where no script runs, and only such a page', async t => {
  const pages = createPages()
  t.match(pages.show('waiting', 'en', { path: '/p', mark: 'x' }), '<noscript><meta http-equiv="refresh" content="3;url=/p"></noscript>')
  t.notMatch(pages.show('completed', 'en'), /refresh|<script/)
  t.match(pages.show('completed', 'en'), /<html lang="en">/)
})
