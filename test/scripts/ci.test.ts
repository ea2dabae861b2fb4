import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

const run = join(import.meta.dirname, '..', '..', '.ci', 'run')

/** What the step of `.ci/run` makes of what npm says. */
const cases = [
  ['all signatures are right', 'audited 200 packages\n200 packages have verified registry signatures', 0, 0, /200 packages have verified/],
  ['one is wrong', '1 package has an invalid registry signature:\n\nx@1.0.0 (https://registry.example)\n\nSomeone might have tampered with this package', 1, 1, /x@1\.0\.0/],
  ['one is missing where there are keys', '1 package has a missing registry signature but the registry is providing signing keys:\n\nx@1.0.0', 1, 1, /x@1\.0\.0/],
  ['an attestation is wrong', '2 packages have invalid attestations:\n\nx@1.0.0', 1, 1, /x@1\.0\.0/],
  ['the registry has no keys', 'npm error found no dependencies to audit that were installed from a supported registry', 1, 0, /were not checked/],
  ['the registry does not answer', '', 124, 0, /were not checked/],
] as const

for (const [claim, said, code, expected, words] of cases) {
  void t.test(`signatures of packages: ${claim}`, async t => {
    const directory = t.testdir()
    writeFileSync(join(directory, 'npm'), `#!/bin/sh\ncat <<'END'\n${said}\nEND\nexit ${code}\n`, { mode: 0o755 })
    const { status, stdout } = spawnSync('bash', ['-euo', 'pipefail', '-c', `eval "$(sed -n '/^check_signatures/,/^}/p' '${run}')"; check_signatures`], { encoding: 'utf8', env: { PATH: `${directory}:${process.env.PATH}` } })
    t.equal(status, expected)
    t.match(stdout, words)
  })
}

const output = `TAP version 14
# Subtest: test/good.test.ts
    not ok 1 - not yet # TODO
    ok 2 - a # time=1ms
ok 1 - test/good.test.ts # time=1ms

# Subtest: test/bad.test.ts
    # Subtest: a claim
        ok 1 - fine
          ---
          extra: unsaid
          ...
        not ok 2 - should be equal
          ---
          compare: ===
          diff: |
            --- expected
            +++ actual
          ...
        ok 3 - fine, too
    not ok 1 - a claim # time=7ms
      ---
      at: unsaid
      ...
not ok 2 - test/bad.test.ts # time=9ms
`

void t.test('what failed is said again at the end, with what the assertion says', async t => {
  const failuresOf = (text: string) => {
    const file = join(t.testdir({ output: text }), 'output')
    return spawnSync('bash', ['-euo', 'pipefail', '-c', `eval "$(sed -n '/^say_failures ()/,/^}/p' '${run}')"; tap_output='${file}'; say_failures`], { encoding: 'utf8' }).stdout
  }
  t.equal(failuresOf(output), `        not ok 2 - should be equal
          ---
          compare: ===
          diff: |
            --- expected
            +++ actual
          ...
    not ok 1 - a claim # time=7ms
not ok 2 - test/bad.test.ts # time=9ms
`)
  t.equal(failuresOf('ok 1 - test/good.test.ts # time=1ms\n'), '')
  t.equal(failuresOf('not ok 1 - a\n  ---\n  b: c\n  ...\n'.repeat(1000)).split('\n').length, 152, 'not all of very much')
})
