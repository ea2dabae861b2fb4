import t from 'tap'
import { texts } from '../../../src/routes/pages/texts.ts'

/** Every text, by its place. */
function placesOf (value: unknown, place = ''): [string, string][] {
  if (typeof value === 'string') return [[place, value]]
  return Object.entries(value as object).flatMap(([name, inner]) => placesOf(inner, `${place}.${name}`))
}

void t.test('every language says everything, in words of its own, and dumps no code', async t => {
  const english = new Map(placesOf(texts.en))
  for (const [language, table] of Object.entries(texts)) {
    const places = placesOf(table)
    t.strictSame(places.map(([place]) => place), [...english.keys()], language)
    for (const [place, text] of places) {
      t.notMatch(text, /[<>_]|\b\d+\b|error|undefined/i, `${language}${place}`)
      if (language !== 'en') t.not(text, english.get(place), `${language}${place} is translated`)
    }
  }
})
