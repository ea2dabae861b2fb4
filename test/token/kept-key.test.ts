import { createPrivateKey } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { keptKeyFile } from '../../src/token/kept-key.ts'

void t.test('the key is an EC P-256 key in PEM, and stays', async t => {
  const directory = t.testdir({})
  const file = await keptKeyFile(directory)
  const text = readFileSync(file, 'utf8')
  t.equal(createPrivateKey(text).asymmetricKeyDetails?.namedCurve, 'prime256v1')
  t.equal(await keptKeyFile(directory), file)
  t.equal(readFileSync(file, 'utf8'), text)
})

void t.test('a place where nothing can be kept is said', async t => {
  const directory = t.testdir({})
  writeFileSync(join(directory, 'file'), '')
  await t.rejects(keptKeyFile(join(directory, 'file')))
})
