import t from 'tap'
import { audiencesOf, metadataOf } from '../../src/token/metadata.ts'

void t.test('the issuer is repeated letter for letter, and every URL is below it', async t => {
  for (const [issuer, base] of [['https://a.example', 'https://a.example'], ['https://a.example/', 'https://a.example'], ['https://a.example/x/', 'https://a.example/x']] as const) {
    t.match(metadataOf(issuer), { issuer, token_endpoint: `${base}/v1/consumer/oauth2/token`, jwks_uri: `${base}/.well-known/jwks.json` })
    t.strictSame([...audiencesOf(issuer)], [issuer, ...['', '/iam', '/cid'].map(path => `${base}${path}/v1/consumer/oauth2/token`)])
  }
})
