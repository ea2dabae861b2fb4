import { execFile } from 'node:child_process'
import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'

const root = new URL('../../', import.meta.url).pathname
const run = promisify(execFile)

function generate (folder: string, ...options: string[]) {
  return run(process.execPath, ['scripts/generate.ts', ...options], { cwd: folder }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }), ({ code, stdout, stderr }: { code: number, stdout: string, stderr: string }) => ({ code, stdout, stderr }))
}

void t.test('generated files are checked, named when stale, and written', async t => {
  const folder = t.testdir()
  for (const name of ['src', 'scripts', 'openapi', 'subscriber', 'package.json', '.env.example']) cpSync(join(root, name), join(folder, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const file = join(folder, '.env.example')
  const current = readFileSync(file, 'utf8')

  t.match(await generate(folder, '--check'), { code: 0, stdout: '', stderr: '' })

  writeFileSync(file, `${current}# more\n`)
  t.match(await generate(folder, '--check'), { code: 1, stderr: /^\.env\.example is stale/ })
  t.equal(readFileSync(file, 'utf8'), `${current}# more\n`, 'a check writes nothing')

  rmSync(file)
  t.match(await generate(folder, '--check'), { code: 1, stderr: /^\.env\.example is stale/ })
  t.match(await generate(folder), { code: 0, stdout: '.env.example was written.\n' })
  t.equal(readFileSync(file, 'utf8'), current)
})
