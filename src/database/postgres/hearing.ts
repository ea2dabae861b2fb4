import type { Client } from 'pg'
import type { Connections } from './pool.ts'

export interface Hearing { close (): Promise<void> }

export interface HearingParts extends Pick<Connections, 'single' | 'isOwn'> {
  readonly channel: string
  /** What another replica said. Nothing depends on it: what is not heard is found by looking. */
  readonly onHeard: (word: string) => void
  /** Milliseconds before a broken connection is made anew. */
  readonly pause?: number
}

/** Hears what replicas say to each other, over a connection of its own that is made again as often as it breaks. */
export function startHearing ({ single, isOwn, channel, onHeard, pause = 1000 }: HearingParts): Hearing {
  let client: Client | undefined
  let timer: NodeJS.Timeout | undefined
  let closed = false

  function connect (): void {
    if (closed) return
    const connecting = client = single()
    const broken = (): void => {
      if (client !== connecting || closed) return
      client = undefined
      connecting.end().catch(() => {})
      timer = setTimeout(connect, pause).unref()
    }
    connecting.on('error', broken).on('end', broken)
    connecting.on('notification', ({ processId, payload = '' }) => { if (!isOwn(processId)) onHeard(payload) })
    connecting.connect().then(() => connecting.query(`LISTEN ${channel}`)).catch(broken)
  }

  connect()
  return {
    async close () {
      closed = true
      clearTimeout(timer)
      await client?.end().catch(() => {})
    },
  }
}
