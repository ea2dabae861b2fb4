import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import t from 'tap'
import { envExample } from '../../scripts/env-example.ts'
import { loadConfig, settingsOf } from '../../src/config.ts'
import { providers } from '../../src/providers/index.ts'

const committed = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8')

void t.test('.env.example is current', async t => {
  t.equal(committed, envExample(providers))
})

void t.test('.env.example, taken as the environment, gives exactly the defaults', async t => {
  t.strictSame(loadConfig(parseEnv(committed), providers), loadConfig({}, providers))
})

void t.test('.env.example with every line switched on still gives exactly the defaults', async t => {
  const all = parseEnv(committed.replaceAll(/^# ([A-Z_\d]+=)$/gm, '$1'))
  t.strictSame(Object.keys(all).toSorted(), Object.keys(settingsOf(providers)).toSorted())
  t.strictSame(loadConfig(all, providers), loadConfig({}, providers))
})

void t.test('a setting has one line: its default, or nothing behind the sign of a comment', async t => {
  const settings = { TOY_A: { type: 'string', description: 'A toy.' }, TOY_B: { type: 'string', default: 'x (y) # $z\\' }, TOY_C: { type: 'boolean', default: true } }
  const text = envExample([{ name: 'toy', settings }])
  t.ok(text.endsWith("\n# A toy.\n# TOY_A=\n\nTOY_B='x (y) # $z\\'\n\nTOY_C=true\n"))
  t.match(parseEnv(text), { TOY_B: 'x (y) # $z\\', TOY_C: 'true' })
})

void t.test('no secret has a default', async t => {
  for (const [name, { secret, default: given }] of Object.entries(settingsOf(providers))) if (secret === true) t.equal(given, undefined, name)
})
