/** First in, first out. What is no longer wanted is passed over when it comes to the front, so that nothing must be looked for in the middle. */
export interface Line<T> {
  add (item: T): void
  /** The first one that is still wanted; it stays. */
  first (): T | undefined
  /** The same, and it leaves. */
  take (): T | undefined
  /** The first wanted one that is also wanted here. */
  find (isWantedHere: (item: T) => boolean): T | undefined
  /** At least as many as are wanted. */
  size (): number
}

/** Places at the front that may be empty before the others move up. */
const most = 4096

export function createLine<T> (isWanted: (item: T) => boolean): Line<T> {
  let items: (T | undefined)[] = []
  let front = 0

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
    add (item) { items.push(item) },
    first,
    take () {
      const item = first()
      if (item === undefined) return undefined
      items[front++] = undefined
      if (front >= most && front * 2 > items.length) {
        items = items.slice(front)
        front = 0
      }
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
