import { isObject } from './jws.ts'

const step = /\.([A-Za-z_@][\w@-]*)|\[(\d{1,4}|\*)\]|\['([^'\\]*)'\]|\["([^"\\]*)"\]/y

/** What a path is made of: names, indexes, and `*` for all; undefined for a path beyond `$`, `.name`, `['name']`, `[0]`, `[*]`. */
export function stepsOf (path: string): (string | number)[] | undefined {
  if (!path.startsWith('$') || path.length > 1024) return undefined
  const steps: (string | number)[] = []
  step.lastIndex = 1
  while (step.lastIndex < path.length) {
    const [, name, index, quoted = name, double = quoted] = step.exec(path) ?? []
    if (index === undefined && double === undefined) return undefined
    steps.push(index === undefined ? double as string : index === '*' ? '*' : Number(index))
  }
  return steps
}

/** All values that the steps lead to. */
export function valuesAt (value: unknown, steps: readonly (string | number)[]): unknown[] {
  return steps.reduce<unknown[]>((values, step) => values.flatMap(one => {
    if (step === '*') return typeof one === 'object' && one !== null ? Object.values(one) : []
    if (typeof step === 'number') return Array.isArray(one) && step < one.length ? [one[step]] : []
    return isObject(one) && Object.hasOwn(one, step) ? [one[step]] : []
  }), [value])
}
