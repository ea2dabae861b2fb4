import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { JsonObject } from '../../src/domain/callback.ts'
import { openTokens, type TokensParts } from '../../src/token/index.ts'
import type { UseOnce } from '../../src/token/token.ts'

export const issuer = 'https://callbacks.example'
export const silent = { info: () => {}, error: () => {} }

/** Ids that were used, in this process; as a database would, it answers a little later. */
export function usedOnce (): UseOnce & { readonly used: Map<string, number> } {
  const used = new Map<string, number>()
  const useOnce = async (id: string, expiresAt: number) => {
    await new Promise(setImmediate)
    return !used.has(id) && used.set(id, expiresAt).has(id)
  }
  return Object.assign(useOnce, { used })
}

/** Tokens with a clients file of these entries. */
export async function openTestTokens (t: Test, entries: readonly JsonObject[], parts: Partial<TokensParts> = {}) {
  if (!existsSync(t.testdirName)) t.testdir({})
  const directory = mkdtempSync(join(t.testdirName, 'tokens-')) // a test may open several
  const clientsFile = join(directory, 'clients.json')
  writeFileSync(clientsFile, JSON.stringify(entries))
  return openTokens({
    issuer,
    topicPrefix: 'callbacks/v1',
    signingKeyFile: undefined,
    keyDirectory: directory,
    clientsFile,
    allowDid: false,
    ttlSeconds: 3600,
    useOnce: usedOnce(),
    fetchGuarded: async () => { throw new Error('nothing is to be fetched') },
    log: silent,
    ...parts,
  })
}
