import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { OpenProvider, Provider, Settings } from '../providers/provider.ts'
import { createAnswer } from './answer.ts'
import { createPlay, type PlayParts } from './play.ts'

export interface SandboxParts extends PlayParts {
  readonly log: { warn (fields: object, message: string): void }
  readonly host?: string
  /** Where Token.io's callback is taken; asked for when the fake bank needs it. */
  readonly callbackUrl?: () => string
}

export interface Sandbox {
  /** Where the simulated Token.io answers. */
  readonly url: string
  /** The page of the fake bank. */
  readonly bank: string
  /** The provider, with its callbacks seen by the simulation: Token.io sends them, so it knows them. */
  observe (provider: OpenProvider): OpenProvider
  /** Opens Token.io on the simulation; undefined for a provider that is not simulated. */
  open (provider: Provider, settings: Settings): OpenProvider | undefined
  close (): Promise<void>
}

/** A simulated Token.io in the process, on loopback, so that the first run shows a whole authorization. Never in production. */
export async function openSandbox ({ log, host = '127.0.0.1', callbackUrl = () => '/', ...timing }: SandboxParts): Promise<Sandbox> {
  const play = createPlay(timing)
  const server = createServer(createAnswer({ play, callbackUrl }))
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, host, resolve))
  const { port } = server.address() as AddressInfo
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  const bank = `${url}/bank`
  log.warn({ url, bank }, 'sandbox answers in place of Token.io')

  const observe = (provider: OpenProvider): OpenProvider => ({
    ...provider,
    channels: provider.channels.map(channel => ({
      ...channel,
      toCallback: async (parameters, traceparent, registration) => {
        const callback = await channel.toCallback(parameters, traceparent, registration)
        play.sent(callback)
        return callback
      },
    })),
  })

  return {
    url,
    bank,
    observe,
    open: (provider, settings) => provider.name === 'tokenio' ? observe(provider.open({ settings: { ...settings, TOKENIO_URL: url } })) : undefined,
    close () {
      server.closeAllConnections()
      return new Promise(resolve => server.close(() => resolve()))
    },
  }
}
