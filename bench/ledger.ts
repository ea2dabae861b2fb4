/** Who was promised an event, and who got one. */
export interface Ledger {
  /** A callback was answered with 200. */
  acknowledged (number: number): void
  /** An event came. */
  arrived (number: number): void
  /** Called with each number at its first event. */
  onFirst (told: (number: number) => void): void
  /** Acknowledged callbacks that have no event yet. */
  missing (): number
  /** Events that came for callbacks, repeats not counted. */
  events (): number
  /** Events that came once more. */
  repeats (): number
  /** Waits for every promised event, as long as some still come; gives how many never came. */
  settled (): Promise<number>
}

const mostNumbers = 16_000_000

/** Milliseconds without any event after which none is awaited: entries that met an outage are put off for some seconds. */
const patience = 20_000
const longest = 180_000

export function createLedger (): Ledger {
  const promised = new Uint8Array(mostNumbers)
  const came = new Uint8Array(mostNumbers)
  let [missing, events, repeats] = [0, 0, 0]
  let told: (number: number) => void = () => {}

  return {
    acknowledged (number) {
      if (promised[number] === 1) return
      promised[number] = 1
      if (came[number] === 0) missing++
    },
    arrived (number) {
      if (came[number] === 1) { repeats++; return }
      came[number] = 1
      events++
      if (promised[number] === 1) missing--
      told(number)
    },
    onFirst (given) { told = given },
    missing: () => missing,
    events: () => events,
    repeats: () => repeats,
    async settled () {
      const end = performance.now() + longest
      let [count, last] = [events, performance.now()]
      while (missing > 0 && performance.now() - last < patience && performance.now() < end) {
        await new Promise(resolve => { setTimeout(resolve, 20) })
        if (events > count) [count, last] = [events, performance.now()]
      }
      return missing
    },
  }
}
