import t from 'tap'
import { createReturnUrls } from '../../src/routes/return-origins.ts'

const { faultsOf, normal } = createReturnUrls({ origins: ['https://app.example', 'http://127.0.0.1:9', 'http://plain.example', 'https://Other.example:8443/path'] })

void t.test('a browser is sent only to an allowed origin, over https or to this machine', t => {
  for (const [text, isTaken] of [
    ['https://app.example', true],
    ['https://app.example:443/done?x=1#y', true],
    ['HTTPS://APP.EXAMPLE/', true],
    ['https://other.example:8443/', true],
    ['http://127.0.0.1:9/done', true],
    ['http://app.example/', false],
    ['http://plain.example/', false],
    ['https://app.example:8443/', false],
    ['https://app.example.evil.example/', false],
    ['https://evil.example/https://app.example', false],
    ['https://app.example@evil.example/', false],
    ['https://user@app.example/', false],
    ['https://:secret@app.example/', false],
    ['https:app.example', true],
    ['//app.example/', false],
    ['/done', false],
    ['app.example', false],
    ['javascript:alert(1)//https://app.example', false],
    ['blob:https://app.example/1', false],
    ['ftp://app.example/', false],
    ['http://127.0.0.1.evil.example:9/', false],
    ['', false],
  ] as const) t.equal(faultsOf(text).length === 0, isTaken, text)
  t.same(faultsOf(undefined), [])
  t.equal(normal('HTTPS://App.Example:443/done'), 'https://app.example/done')
  t.end()
})
