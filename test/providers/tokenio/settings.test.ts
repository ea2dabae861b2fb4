import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { loadConfig } from '../../../src/config.ts'
import { Failure } from '../../../src/domain/failure.ts'
import { providers } from '../../../src/providers/index.ts'

function faultsOf (environment: { readonly [name: string]: string }): readonly string[] {
  try {
    loadConfig(environment, providers)
    return []
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    return thrown.details.map(({ issue }) => issue).filter(issue => issue.startsWith('TOKENIO'))
  }
}

const rows: readonly (readonly [claim: string, environment: { readonly [name: string]: string }, faults: readonly RegExp[]])[] = [
  ['nothing set: the sandbox', {}, []],
  ['no sandbox: a URL is needed', { SANDBOX: 'false' }, [/^TOKENIO_URL is missing/]],
  ['http outside production', { TOKENIO_URL: 'http://127.0.0.1:1' }, []],
  ['production needs both', { NODE_ENV: 'production' }, [/^TOKENIO_URL is missing/, /^TOKENIO_API_KEY is missing/]],
  ['production is https', { NODE_ENV: 'production', TOKENIO_URL: 'http://api.example', TOKENIO_API_KEY: 'abc' }, [/^TOKENIO_URL must be https/]],
  ['production, as it should be', { NODE_ENV: 'production', TOKENIO_URL: 'https://api.example', TOKENIO_API_KEY: 'abc' }, []],
  ['no URL', { TOKENIO_URL: 'api.example' }, [/^TOKENIO_URL must be a URL/]],
  ['a URL that carries a password', { TOKENIO_URL: 'https://a:b@api.example' }, [/^TOKENIO_URL must not carry/]],
  ['a pattern that is none', { TOKENIO_ID_PATTERN: '(' }, [/^TOKENIO_ID_PATTERN must be a regular expression/]],
  ['a key with its scheme before it', { TOKENIO_API_KEY: 'Basic abc' }, [/^TOKENIO_API_KEY must match/]],
  ['a deadline that is none', { TOKENIO_RESULT_DEADLINE_SECONDS: '0' }, [/^TOKENIO_RESULT_DEADLINE_SECONDS must be/]],
]

void test('wrong settings are all named', async t => {
  for (const [claim, environment, faults] of rows) {
    const found = faultsOf(environment)
    t.equal(found.length, faults.length, `${claim}: ${found.join('; ')}`)
    faults.forEach((fault, at) => t.match(found[at], fault, claim))
  }
})

void test('the defaults are those of the contract', async t => {
  t.strictSame(loadConfig({}, providers).providers.tokenio, {
    TOKENIO_ID_PATTERN: '^(?:rq|pm2?):[1-9A-HJ-NP-Za-km-z]{16,64}:[1-9A-HJ-NP-Za-km-z]{4,32}$',
    TOKENIO_UNREGISTERED: 'accept',
    TOKENIO_RESULT_DEADLINE_SECONDS: 2100,
    TOKENIO_HOSTED_CREDENTIALS: true,
  })
})

void test('a key that signs goes with its ids, and must be one that Token.io takes', async t => {
  const directory = t.testdir()
  const fileOf = (name: string, text: string) => { writeFileSync(join(directory, name), text); return join(directory, name) }
  const pem = (pair: { privateKey: { export (how: { type: 'pkcs8', format: 'pem' }): string | Buffer } }) => String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const good = fileOf('good.pem', pem(generateKeyPairSync('ed25519')))
  const weak = fileOf('weak.pem', pem(generateKeyPairSync('rsa', { modulusLength: 1024 })))
  const foreign = fileOf('foreign.pem', pem(generateKeyPairSync('ec', { namedCurve: 'P-384' })))
  const whole = { TOKENIO_JWT_KEY_FILE: good, TOKENIO_MEMBER_ID: 'm:1', TOKENIO_KEY_ID: 'k' }
  const production = { NODE_ENV: 'production', TOKENIO_URL: 'https://api.example' }
  const mustHold = [/^TOKENIO_JWT_KEY_FILE must hold a private key/]
  for (const [claim, environment, faults] of [
    ['production signs', { ...production, ...whole }, []],
    ['the sandbox may sign too', whole, []],
    ['both: the signature goes before', { ...whole, TOKENIO_API_KEY: 'abc' }, []],
    ['a key without its ids', { ...production, TOKENIO_JWT_KEY_FILE: good }, [/^TOKENIO_MEMBER_ID is missing/, /^TOKENIO_KEY_ID is missing/]],
    ['ids without their key', { TOKENIO_MEMBER_ID: 'm:1', TOKENIO_KEY_ID: 'k' }, [/^TOKENIO_JWT_KEY_FILE is missing/]],
    ['no such file', { ...whole, TOKENIO_JWT_KEY_FILE: join(directory, 'none') }, [/^TOKENIO_JWT_KEY_FILE cannot be read/]],
    ['no key', { ...whole, TOKENIO_JWT_KEY_FILE: fileOf('text', 'CANARY') }, mustHold],
    ['a JWK that is none', { ...whole, TOKENIO_JWT_KEY_FILE: fileOf('jwk', '{"kty":"oct","k":"CANARY"}') }, mustHold],
    ['a weak key', { ...whole, TOKENIO_JWT_KEY_FILE: weak }, mustHold],
    ['a key of another curve', { ...whole, TOKENIO_JWT_KEY_FILE: foreign }, mustHold],
  ] as const) {
    const found = faultsOf(environment)
    t.equal(found.length, faults.length, `${claim}: ${found.join('; ')}`)
    faults.forEach((fault, at) => t.match(found[at], fault, claim))
    t.notMatch(found.join(), 'CANARY')
  }
})
