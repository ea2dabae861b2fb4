import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { link, mkdir, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The file of the key that was made here, made now unless there is one. For its owner's eyes only. */
export async function keptKeyFile (directory: string): Promise<string> {
  const file = join(directory, 'oauth-signing-key.pem')
  const draft = join(directory, `.${randomUUID()}.pem`)
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await mkdir(directory, { recursive: true })
  await writeFile(draft, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' })
  try {
    await link(draft, file) // all at once, and only one of two processes that start together does it
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown
  } finally {
    await unlink(draft)
  }
  return file
}
