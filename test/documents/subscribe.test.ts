import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import t from 'tap'

const page = readFileSync(new URL('../../docs/subscribe.md', import.meta.url), 'utf8')
const snippetsIn = (language: string) => [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)\\n\`\`\`$`, 'gm'))].map(([, text]) => text ?? '')
const python = spawnSync('python3', ['--version']).status === 0

void t.test('there is a way for browsers, back ends, Android and iOS, and each does what subscribers must', async t => {
  for (const language of ['python', 'kotlin', 'swift']) {
    const [text = '', ...more] = snippetsIn(language)
    t.strictSame(more, [], language)
    t.match(text, /callbacks\/v1\/(?:\{client_id\}|\$clientId|\\\(clientId\))\/#/, `${language}: its own topics`)
    t.match(text, /qos1|qos=1|AT_LEAST_ONCE/, `${language}: QoS 1`)
    t.match(text, /seen/, `${language}: repeats are dropped`)
    t.match(text, /(?:is|whose) (?:time is )?over|time is over/, `${language}: an empty payload is no event`)
    t.match(text, /token/i, `${language}: the password`)
  }
})

void t.test('JavaScript can be read by Node', async t => {
  const snippets = snippetsIn('js')
  t.ok(snippets.length >= 2)
  for (const text of snippets) t.doesNotThrow(() => stripTypeScriptTypes(text), text)
})

void t.test('Python compiles', { skip: python || process.env.CI === 'true' ? false : 'python3 is not installed' }, async t => {
  for (const text of snippetsIn('python')) {
    const { status, stderr } = spawnSync('python3', ['-c', 'import sys; compile(sys.stdin.read(), "subscribe.md", "exec")'], { input: text, encoding: 'utf8' })
    t.equal(status, 0, stderr)
  }
})
