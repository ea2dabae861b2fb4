import { execFile } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createGunzip } from 'node:zlib'
import { docker } from './docker.ts'

/** Lays out an image's layers and descriptions in an empty directory. */
export async function unpack (image: string, directory: string): Promise<void> {
  await docker('save', '--output', join(directory, 'image.tar'), image)
  await promisify(execFile)('tar', ['-xf', 'image.tar'], { cwd: directory })
  await rm(join(directory, 'image.tar'))
}

/** The files that hold the text, packed or not: each layer is an archive, and engines differ in whether they compress it. */
export async function filesWith (text: string, directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const found: string[] = []
  for (const { parentPath, name } of entries.filter(entry => entry.isFile())) if (await holds(join(parentPath, name), text)) found.push(name)
  return found
}

async function holds (file: string, text: string): Promise<boolean> {
  const raw = createReadStream(file)
  const content = await isZipped(file) ? raw.pipe(createGunzip()) : raw
  let tail = ''
  for await (const chunk of content) {
    const part = tail + (chunk as Buffer).toString('latin1')
    if (part.includes(text)) return true
    tail = part.slice(-text.length)
  }
  return false
}

async function isZipped (file: string): Promise<boolean> {
  await using handle = await open(file)
  const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0)
  return buffer.equals(Buffer.from([0x1f, 0x8b]))
}
