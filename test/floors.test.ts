import t from 'tap'
import { breachesOf, vagueImportsOf } from './floors.ts'
import { sourcesOf, type Sources } from './sources.ts'

const breaches: readonly (readonly [claim: string, sources: Sources, breach: RegExp])[] = [
  ['an import that goes up', { 'src/journal/a.ts': "import { b } from '../routes/b.ts'" }, /floor 2 does not know floor 3/],
  ['an import that goes up for a type', { 'src/domain/a.ts': "import type { B } from '../config.ts'" }, /the domain imports nothing/],
  ['an import that goes up over several lines', { 'src/token/a.ts': "import {\n  b,\n  c as d\n} from '../app.ts'" }, /floor 2 does not know floor 4/],
  ['a dynamic import that goes up', { 'src/broker/a.ts': "await import('../ops.ts')" }, /floor 2 does not know floor 4/],
  ['a type taken by import()', { 'src/broker/a.ts': "type B = import('../ops.ts').B" }, /floor 2 does not know floor 4/],
  ['a re-export that goes up', { 'src/publisher/a.ts': "export * from '../delivery/b.ts'" }, /floor 2 does not know floor 3/],
  ['an import for its effect that goes up', { 'src/config.ts': "import './app.ts'" }, /floor 1 does not know floor 4/],
  ['an import that only running it tells', { 'src/app.ts': 'await import(name)' }, /name the file in quotes/],
  ['neighbours on floor 3', { 'src/routes/a.ts': "import { b } from '../delivery/b.ts'" }, /never import each other/],
  ['neighbours on floor 2', { 'src/journal/a.ts': "import type { B } from '../providers/provider.ts'" }, /never import each other/],
  ['sibling providers', { 'src/providers/one/a.ts': "import { b } from '../two/b.ts'" }, /do not know each other/],
  ['a provider named by the contract', { 'src/providers/provider.ts': "import one from './one/index.ts'" }, /only providers\/index.ts/],
  ['an implementation known to floor 3', { 'src/delivery/a.ts': "import { b } from '../journal/sqlite.ts'" }, /only the contracts/],
  ['a folder on no floor', { 'src/extras/a.ts': "import { b } from '../config.ts'" }, /on no floor/],
  ['an import from outside', { 'src/app.ts': "import { b } from '../test/b.ts'" }, /outside src/],
  ['a cycle of two', { 'src/app.ts': "import './ops.ts'", 'src/ops.ts': "import type { A } from './app.ts'" }, /cycle: .* → .* → /],
  ['a file that imports itself', { 'src/app.ts': "import { a } from './app.ts'" }, /cycle/],
  ['the environment read below main', { 'src/app.ts': 'const home = process.env.HOME' }, /touches the process/],
  ['the process taken apart', { 'src/app.ts': 'const { env } = process' }, /touches the process/],
  ['the process imported', { 'src/app.ts': "import { env } from 'node:process'" }, /touches the process/],
  ['a wire name in a route', { 'src/routes/a.ts': "const path = '/v1/tokenio/callback'" }, /stay in its folder/],
  ['a wire name in the journal', { 'src/journal/a.ts': "const column = 'vp_token'" }, /stay in its folder/],
]

const kept: Sources = {
  'src/main.ts': "import { a } from './app.ts'\nimport sqlite from './journal/sqlite.ts'\nprocess.exitCode = 1",
  'src/cli/tail.ts': 'process.argv',
  'src/app.ts': "import { r } from './routes/r.ts' // not '../../x.ts'",
  'src/routes/r.ts': "import type { Journal } from '../journal/journal.ts'\n/* import '../delivery/d.ts' */\nconst processed = { process: 1 }.process",
  'src/journal/sqlite.ts': "import type { Journal } from './journal.ts'\nimport { DatabaseSync } from 'node:sqlite'",
  'src/journal/journal.ts': "import { f } from '../domain/failure.ts'",
  'src/providers/index.ts': "import one from './one/index.ts'",
  'src/providers/one/index.ts': "import type { Provider } from '../provider.ts'\nimport './credential-fields.ts'",
  'src/config.ts': "import { Failure } from './domain/failure.ts'",
}

void t.test('the floors are kept', async t => {
  const sources = sourcesOf('src')
  t.ok(Object.keys(sources).length > 5, 'the sources are read')
  t.strictSame(breachesOf(sources), [])
})

void t.test('every relative import names its file in full', async t => {
  t.strictSame(vagueImportsOf(sourcesOf('src', 'test', 'scripts')), [])
})

void t.test('a breach is seen', async t => {
  for (const [claim, sources, breach] of breaches) t.match(breachesOf(sources), [breach], claim)
})

void t.test('a tree that keeps the floors has no breach', async t => {
  t.strictSame(breachesOf(kept), [])
})

void t.test('an import without an ending, or with the ending of another language, is seen', async t => {
  for (const to of ['./b', './b.js', '../domain']) t.match(vagueImportsOf({ 'src/a.ts': `import { b } from '${to}'` }), [/end it in \.ts/], to)
  t.strictSame(vagueImportsOf({ 'src/a.ts': "import { b } from './b.ts'\nimport mqtt from 'mqtt'" }), [])
})
