import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

const script = new URL('../../scripts/coverage.ts', import.meta.url).pathname

function coverage (folder: string, minimum: string) {
  const { status, stdout } = spawnSync(process.execPath, [script, minimum], { cwd: folder, encoding: 'utf8' })
  return { status, stdout }
}

void t.test('coverage counts the lines of src/ alone, and a file that no test loaded as not covered', async t => {
  const folder = t.testdir({
    src: { 'a.ts': 'const a = 1\n', 'unloaded.ts': '1\n2\n3\n4\n5\n6\n7\n8\n9\n10', 'contract.ts': "import type { A } from './a.ts'\n/** A type. */\nexport interface B { readonly a: A }\n" },
    '.tap': { report: {} },
  })
  writeFileSync(join(folder, '.tap/report/coverage-summary.json'), JSON.stringify({
    total: { lines: { total: 1000, covered: 1000 } },
    [join(folder, 'src/a.ts')]: { lines: { total: 90, covered: 90 } },
    [join(folder, 'scripts/b.ts')]: { lines: { total: 910, covered: 0 } },
  }))
  t.match(coverage(folder, '90'), { status: 0, stdout: /src\/unloaded\.ts: 0 of 10 lines\nCoverage of src\/ by lines: 90\.00 %/ })
  t.notMatch(coverage(folder, '90').stdout, /contract/)
  t.match(coverage(folder, '91'), { status: 1 })
})
