import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openTokenApp } from '../routes/token-app.ts'
import { didKeyOf, pairOf } from '../token/jwt.ts'

const bin = new URL('../../bin/callback-receiver.js', import.meta.url).pathname

/** What a terminal shows, and the exit code. */
function run (words: readonly string[], environment: { readonly [name: string]: string } = {}): Promise<{ code: number, out: string, complaint: string }> {
  return new Promise(resolve => {
    const child = execFile(process.execPath, [bin, ...words], { env: { ...process.env, ...environment } }, (_error, out, complaint) => {
      resolve({ code: child.exitCode ?? -1, out, complaint })
    })
  })
}

void t.test('a client gets its token on the terminal, whatever kind of key it has', async t => {
  const pairs = { 'P-256': pairOf('P-256'), secp256k1: pairOf('secp256k1'), Ed25519: pairOf('Ed25519'), RSA: pairOf('RSA') }
  const entries = Object.entries(pairs).map(([kind, { jwk }]) => ({ client_id: kind, jwks: { keys: [jwk] }, scope: 'subscribe registrations' }))
  const { url, tokens } = await openTokenApp(t, entries, { allowDid: true })
  const folder = t.testdir()
  for (const [kind, { privateKey }] of Object.entries(pairs)) {
    for (const [form, text] of [['pem', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()], ['jwk', JSON.stringify(privateKey.export({ format: 'jwk' }))]] as const) {
      const file = join(folder, `${kind}.${form}`)
      writeFileSync(file, text)
      const { code, out, complaint } = await run(['token', '--client', kind, '--key', file, '--url', `${url}/`])
      t.equal(code, 0, complaint)
      t.match(tokens.verify(out.trim()), { client_id: kind, scope: 'subscribe registrations' })
    }
  }
  const did = didKeyOf('P-256', pairs['P-256'])
  const { out } = await run(['token', '--client', did, '--key', join(folder, 'P-256.pem'), '--scope', 'subscribe'], { PUBLIC_URL: url })
  t.match(tokens.verify(out.trim()), { client_id: did, scope: 'subscribe' })
  const { out: whole } = await run(['token', '--client', did, '--key', join(folder, 'P-256.pem'), '--json'], { PUBLIC_URL: url })
  t.match(JSON.parse(whole), { access_token: String, token_type: 'Bearer', scope: 'subscribe' })
})

void t.test('what is wrong is said in a line, and the exit code says it too', async t => {
  const { url } = await openTokenApp(t, [{ client_id: 'app-7', jwks: { keys: [pairOf('P-256').jwk] }, scope: 'subscribe' }])
  const folder = t.testdir({ 'none.pem': 'no key', 'other.pem': pairOf('P-256').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() })
  const [none, other] = [join(folder, 'none.pem'), join(folder, 'other.pem')]
  for (const [words, code, complaint] of [
    [['nonsense'], 2, /^Usage: callback-receiver COMMAND/],
    [['token'], 2, /^Usage: callback-receiver token/],
    [['token', '--nonsense'], 2, /--nonsense/],
    [['token', '--client', 'app-7', '--key', join(folder, 'absent')], 1, /^The key file cannot be read\.$/m],
    [['token', '--client', 'app-7', '--key', none, '--url', url], 1, /^The key file holds no private key/],
    [['token', '--client', 'app-7', '--key', other, '--url', url], 1, /^Refused with 401: invalid_client/],
    [['token', '--client', 'app-7', '--key', other, '--url', 'http://127.0.0.1:1'], 1, /^Nothing answers at http:\/\/127\.0\.0\.1:1/],
  ] as const) {
    const ran = await run(words)
    t.equal(ran.code, code, words.join(' '))
    t.match(ran.complaint, complaint)
    t.equal(ran.out, '')
  }
  for (const words of [[], ['--help'], ['token', '--help']]) t.match(await run(words), { code: 0, out: /^Usage: callback-receiver/, complaint: '' })
})
