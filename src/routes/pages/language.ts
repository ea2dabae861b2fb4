import { texts, type Language } from './texts.ts'

const fallback: Language = 'en'

/** The language that `Accept-Language` likes best of those we have; RFC 9110 §12.5.4. `de-CH` is met by `de`. */
export function languageOf (header: string | undefined): Language {
  const wishes = (header ?? '').slice(0, 1024).split(',').map(wishOf).filter(({ weight }) => weight > 0)
  const [best] = wishes.filter(({ language }) => Object.hasOwn(texts, language)).toSorted((a, b) => b.weight - a.weight)
  return best === undefined ? fallback : best.language as Language
}

function wishOf (part: string): { readonly language: string, readonly weight: number } {
  const [range = '', ...parameters] = part.split(';')
  const weight = parameters.map(parameter => /^\s*q=([\d.]+)\s*$/.exec(parameter)?.[1]).find(value => value !== undefined)
  return { language: range.trim().split('-', 1)[0]?.toLowerCase() ?? '', weight: weight === undefined ? 1 : Number(weight) }
}
