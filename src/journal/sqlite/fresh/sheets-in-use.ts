/** Which sheets hold a callback that no table knows yet. */
export interface SheetsInUse {
  add (sheet: number): void
  remove (sheet: number): void
  /** All before it can go. */
  first (): number | undefined
}

export function createSheetsInUse (): SheetsInUse {
  let uses = new Map<number, number>()
  let isInOrder = true
  let last = 0

  return {
    add (sheet) {
      const number = uses.get(sheet)
      uses.set(sheet, (number ?? 0) + 1)
      if (number === undefined && sheet < last) isInOrder = false // one that was put back
      last = Math.max(last, sheet)
    },
    remove (sheet) {
      const number = uses.get(sheet) ?? 0
      if (number > 1) uses.set(sheet, number - 1)
      else uses.delete(sheet)
    },
    first () {
      if (!isInOrder) uses = new Map([...uses].toSorted(([a], [b]) => a - b))
      isInOrder = true
      return uses.keys().next().value
    },
  }
}
