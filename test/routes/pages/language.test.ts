import t from 'tap'
import { languageOf } from '../../../src/routes/pages/language.ts'

void t.test('the language that is liked best of those we have', async t => {
  for (const [header, language] of [
    [undefined, 'en'], ['', 'en'], ['de', 'de'], ['DE-ch', 'de'], ['fr-CA,fr;q=0.9,en;q=0.8', 'fr'], ['it, es;q=0.5, de;q=0.7', 'de'], ['it', 'en'], ['*', 'en'],
    ['de;q=0, es;q=0.1', 'es'], ['en;q=0.1,de;q=0.1', 'en'], ['constructor', 'en'], [';;;q=,,', 'en'], ['de;q=x', 'de'], [`${'x,'.repeat(5000)}de`, 'en'],
  ] as const) t.equal(languageOf(header), language, String(header).slice(0, 40))
})
