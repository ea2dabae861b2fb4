/** Which sheets hold a callback that no table knows yet. */
export interface SheetsInUse {
  add (sheet: number): void
  remove (sheet: number): void
  /** All before it can go. */
  first (): number | undefined
}

export function createSheetsInUse (): SheetsInUse {
  let uses = new Map<number, number>() // in their order
  let last = 0

  return {
    add (sheet) {
      const number = uses.get(sheet)
      uses.set(sheet, (number ?? 0) + 1)
      if (number === undefined && sheet < last) uses = new Map([...uses].toSorted(([a], [b]) => a - b)) // one that was put back
      last = Math.max(last, sheet)
    },
    remove (sheet) {
      const number = uses.get(sheet) ?? 0
      if (number > 1) uses.set(sheet, number - 1)
      else uses.delete(sheet)
    },
    first: () => uses.keys().next().value,
  }
}
