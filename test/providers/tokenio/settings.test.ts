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
    TOKENIO_RESULT_DEADLINE_SECONDS: 2100,
  })
})
