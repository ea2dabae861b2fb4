import { setTimeout as sleep } from 'node:timers/promises'
import type { Address } from './address.ts'
import { connect, type Connection, type End } from './connection.ts'

export interface LinkParts {
  readonly addresses: readonly Address[]
  readonly clientId: string
  readonly log: PublisherLog
  readonly onUp: (connection: Connection) => void
  readonly onDown: (end: End) => void
  readonly connectTimeout: number
  /** Milliseconds: the first wait between two connections is up to `first`, each next one twice that, at most `cap`. */
  readonly backoff: { readonly first: number, readonly cap: number }
  readonly random: () => number
}

export interface PublisherLog {
  info (fields: object, text: string): void
  warn (fields: object, text: string): void
}

export interface Link {
  /** Why there is no connection; nothing while there is one. */
  trouble (): string | undefined
  /** Tries no more. A connection that is there is left to its owner. */
  stop (): void
}

const steadyAfter = 5000 // a broker that hangs up sooner than this after each welcome is approached ever more slowly

/** Keeps one connection to one of the brokers, for ever: a fresh one each time, the next broker after each failure. */
export function keepLink ({ addresses, clientId, log, onUp, onDown, connectTimeout, backoff, random }: LinkParts): Link {
  const stopping = new AbortController()
  const onlyMqtt3 = new Set(addresses.filter(address => address.onlyMqtt3))
  const told = new Map<Address, string>()
  let trouble: string | undefined = `${addresses[0]?.name}: not connected yet`
  void keep()

  return {
    trouble: () => trouble,
    stop () { stopping.abort() },
  }

  async function keep (): Promise<void> {
    for (let turn = 0, streak = 0; !stopping.signal.aborted; turn++, streak++) {
      const address = addresses[turn % addresses.length]
      if (address === undefined) return
      if (await once(address)) streak = 0
      await sleep(random() * Math.min(backoff.cap, backoff.first * 2 ** Math.min(streak, 20)), undefined, { signal: stopping.signal }).catch(() => {})
    }
  }

  /** One connection, from its try to its end. True when it held for a while. */
  async function once (address: Address): Promise<boolean> {
    const connection = await approach(address)
    if ('refused' in connection) {
      away(address, connection.refused)
      return false
    }
    if (stopping.signal.aborted) {
      connection.drop('stopped')
      return false
    }
    const since = performance.now()
    trouble = undefined
    told.delete(address)
    log.info({ broker: address.name, mqtt: connection.version === 5 ? '5.0' : '3.1.1' }, 'broker connected')
    onUp(connection)
    const end = await connection.ended
    if (!address.onlyMqtt3) onlyMqtt3.delete(address) // it may come back as a newer one
    away(address, end.reason)
    onDown(end)
    return performance.now() - since > steadyAfter
  }

  async function approach (address: Address) {
    const parts = { address, clientId, connectTimeout, signal: stopping.signal }
    if (!onlyMqtt3.has(address)) {
      const modern = await connect({ ...parts, version: 5 })
      if (!('refused' in modern) || !modern.wrongVersion) return modern
      onlyMqtt3.add(address)
    }
    return connect({ ...parts, version: 4 })
  }

  function away (address: Address, reason: string): void {
    if (stopping.signal.aborted) return
    trouble = `${address.name}: ${reason}`
    if (told.get(address) === reason) return // a day without the broker is one line, not thousands
    told.set(address, reason)
    log.warn({ broker: address.name, reason }, 'broker away')
  }
}
