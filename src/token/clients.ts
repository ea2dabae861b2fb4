import { readFile, stat } from 'node:fs/promises'
import { asFailure, Failure } from '../domain/failure.ts'
import type { Client } from './client.ts'
import { readClients, type ClientsFileParts } from './clients-file.ts'
import { isKeyDid, keyOfDid } from '../did/key-did.ts'

export interface ClientsParts extends ClientsFileParts {
  /** `OAUTH_CLIENTS_FILE` */
  readonly file: string | undefined
  /** `OAUTH_ALLOW_DID` */
  readonly allowDid: boolean
  readonly log: { info (fields: object, text: string): void, error (fields: object, text: string): void }
  readonly now: () => number
}

const lookEvery = 1000

export interface Clients {
  /** Throws `CLIENT_INVALID` for a DID that cannot be read; gives nothing for an id that nobody has. */
  find (id: string): Promise<Client | undefined>
  /** Whether it is a client, as the file was at the last look: one that left is gone a second later, for the first to ask after that. */
  has (id: string): boolean
}

/** Who is a client: those of the file, which is read again when it changed, and, if allowed, every DID that is its own key. */
export async function openClients ({ file, allowDid, keysAt, log, now }: ClientsParts): Promise<Clients> {
  let clients: ReadonlyMap<string, Client> = new Map()
  let seen = ''
  let looked = now()
  let looking: Promise<void> | undefined
  if (file !== undefined) await read(file)

  async function read (file: string): Promise<void> {
    const stamp = await stampOf(file)
    if (stamp === seen) return
    seen = stamp // also of a wrong one: it is complained of once
    const text = await readFile(file, 'utf8').catch(() => { throw new Failure('SETTINGS_INVALID', { reason: 'OAUTH_CLIENTS_FILE cannot be read' }) })
    clients = readClients(text, { keysAt })
    log.info({ clients: clients.size }, 'clients file read')
  }

  async function look (file: string): Promise<void> {
    await read(file).catch((thrown: unknown) => log.error({ reason: asFailure(thrown).reason }, 'clients file refused, the former clients stay'))
  }

  function lookAgain (): void {
    if (file === undefined || now() - looked < lookEvery) return
    looked = now()
    looking = look(file)
  }

  return {
    async find (id) {
      lookAgain()
      await looking
      const known = clients.get(id)
      if (known !== undefined || !allowDid || !isKeyDid(id)) return known
      const key = keyOfDid(id)
      return { id, scopes: ['subscribe'], delegates: [], keysOf: async () => [key] }
    },
    has (id) {
      lookAgain()
      return clients.has(id) || (allowDid && isKeyDid(id))
    },
  }
}

/** Changes whenever the file does, also when another one takes its place. */
async function stampOf (file: string): Promise<string> {
  const { ino, mtimeNs, size } = await stat(file, { bigint: true }).catch(() => ({ ino: 0n, mtimeNs: 0n, size: 0n }))
  return `${ino} ${mtimeNs} ${size}`
}
