/** First in, first out. What is no longer wanted is passed over when it comes to the front, so that nothing must be looked for in the middle. */
export interface Line<T> {
  add (item: T): void
  /** Puts it before the first one that comes after it. */
  putBack (item: T, isAfter: (other: T) => boolean): void
  /** The first one that is still wanted; it stays. */
  first (): T | undefined
  /** The same, and it leaves. */
  take (): T | undefined
  /** The first wanted one that is also wanted here. */
  find (isWantedHere: (item: T) => boolean): T | undefined
  /** At least as many as are wanted. */
  size (): number
}

/** Places that may be empty, or hold what is no longer wanted, before the others move up. */
const few = 4096

export function createLine<T> (isWanted: (item: T) => boolean): Line<T> {
  let items: (T | undefined)[] = []
  let front = 0
  let most = few

  /** The line is never more than twice as long as is wanted: also behind a first one that stays for long, and when items come back again and again. */
  function moveUp (): void {
    if (items.length < most) return
    items = [...new Set(items.slice(front).filter(item => isWanted(item as T)))]
    front = 0
    most = Math.max(few, items.length * 2)
  }

  function first (): T | undefined {
    for (; front < items.length; front++) {
      const item = items[front] as T
      if (isWanted(item)) return item
      items[front] = undefined
    }
    items = []
    front = 0
    return undefined
  }

  return {
    add (item) {
      moveUp()
      items.push(item)
    },
    putBack (item, isAfter) {
      moveUp()
      let place = front
      while (place < items.length && !isAfter(items[place] as T)) place++
      items.splice(place, 0, item)
    },
    first,
    take () {
      const item = first()
      if (item !== undefined) items[front++] = undefined
      return item
    },
    find (isWantedHere) {
      for (let i = front; i < items.length; i++) {
        const item = items[i]
        if (item !== undefined && isWanted(item) && isWantedHere(item)) return item
      }
      return undefined
    },
    size: () => items.length - front,
  }
}
