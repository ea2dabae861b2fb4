import t from 'tap'
import { loadConfig } from '../../../src/config.ts'
import { faultsOf } from '../../../src/providers/oid4vp/settings.ts'
import { oid4vp } from '../../../src/providers/oid4vp/index.ts'

void t.test('a remote Iota is not spoken to in the clear in production, and its address holds no secret', async t => {
  for (const [IOTA_URL, inProduction, elsewhere] of [
    ['https://iota.example/ais', [], []],
    ['http://iota.example/ais', [/^IOTA_URL must be https/], []],
    ['http://127.0.0.1.evil.example', [/^IOTA_URL must be https/], []],
    ['http://127.0.0.1:9/ais', [], []],
    ['http://[::1]:9/ais', [], []],
    ['https://user:secret@iota.example', [/^IOTA_URL must not carry/], [/^IOTA_URL must not carry/]],
    ['https://iota.example/?token=secret', [/^IOTA_URL must not carry/], [/^IOTA_URL must not carry/]],
    [undefined, [], []],
    ['no URL', [], []], // its schema says so
  ] as const) {
    for (const [production, wanted] of [[true, inProduction], [false, elsewhere]] as const) {
      const faults = faultsOf({ IOTA_URL }, { production, sandbox: false })
      t.equal(faults.length, wanted.length, String(IOTA_URL))
      t.match(faults, wanted)
      t.notMatch(faults.join(''), 'secret')
    }
  }
  t.throws(() => loadConfig({ NODE_ENV: 'production', IOTA_URL: 'http://iota.example' }, [oid4vp]), /IOTA_URL must be https/)
})
