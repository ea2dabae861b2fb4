import { readFileSync } from 'node:fs'
import t from 'tap'

const textOf = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')

void t.test('the example is the provider that is compiled and run', async t => {
  const [toy] = /^const toy: Provider = \{\n[^]*?\n\}\n/m.exec(textOf('test/flow/toy-provider.test.ts')) ?? []
  t.ok(toy)
  t.ok(textOf('docs/add-a-provider.md').includes(toy ?? ' '))
})
