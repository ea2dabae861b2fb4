import type { IClientOptions } from 'mqtt'
import type { Duplex } from 'node:stream'

/** Where a broker is, and how to speak to it. */
export interface Address {
  /** Host and port, for people: never a credential. */
  readonly name: string
  /** MQTT 5 is tried first where it is not known that the broker speaks 3.1.1 only. */
  readonly onlyMqtt3: boolean
  readonly target: string | (() => Duplex)
  readonly options: IClientOptions
}

export interface AddressParts {
  readonly urls?: readonly string[] | undefined
  /** A connection to the broker in this process, which speaks MQTT 3.1.1. */
  readonly connect?: (() => Duplex) | undefined
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** PEM. */
  readonly ca?: string | Buffer | undefined
  readonly cert?: string | Buffer | undefined
  readonly key?: string | Buffer | undefined
}

/** The brokers in the order in which they are tried. A user name within a URL goes before the common one. */
export function addressesOf ({ urls = [], connect, username, password, ca, cert, key }: AddressParts): Address[] {
  const login = { ...username === undefined ? {} : { username }, ...password === undefined ? {} : { password } }
  if (connect !== undefined) return [{ name: 'embedded broker', onlyMqtt3: true, target: connect, options: login }]
  const identity = { ...ca === undefined ? {} : { ca }, ...cert === undefined || key === undefined ? {} : { cert, key } }
  return urls.map(text => {
    const url = new URL(text)
    const own = url.username === '' ? login : { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }
    const secure = url.protocol === 'mqtts:' || url.protocol === 'wss:'
    url.username = url.password = ''
    // on a plain URL mqtt.js would take a certificate as a wish for TLS, and dial the wrong port
    const options = secure ? { ...own, ...identity, ...tls } : own
    return { name: `${url.hostname}:${url.port || defaultPorts[url.protocol]}`, onlyMqtt3: false, target: url.href, options }
  })
}

const tls = { rejectUnauthorized: true, minVersion: 'TLSv1.2', wsOptions: { minVersion: 'TLSv1.2' } } as const
const defaultPorts: { readonly [protocol: string]: number } = { 'mqtt:': 1883, 'mqtts:': 8883, 'ws:': 80, 'wss:': 443 }
