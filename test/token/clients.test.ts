import { renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { JsonObject } from '../../src/domain/callback.ts'
import { openClients } from '../../src/token/clients.ts'
import { didKeyOf, pairOf } from './jwt.ts'

const key = pairOf('P-256')
const entry = { client_id: 'app-7', jwks: { keys: [key.jwk] }, scope: 'subscribe' }

interface Line { readonly level: 'info' | 'error', readonly fields: object, readonly text: string }

async function open (t: Test, content: string, { allowDid = false } = {}) {
  const file = join(t.testdir({}), 'clients.json')
  writeFileSync(file, content)
  const clock = { now: 0 }
  const lines: Line[] = []
  const logged = (level: Line['level']) => (fields: object, text: string) => { lines.push({ level, fields, text }) }
  const log = { info: logged('info'), error: logged('error') }
  const { find, has } = await openClients({ file, allowDid, keysAt: async () => [], log, now: () => clock.now })
  return { file, find, has, lines, later: () => { clock.now += 1000 } }
}

void t.test('a file that changes is read again, whether it is written over or replaced', async t => {
  const { file, find, later } = await open(t, JSON.stringify([entry]))
  t.match(await find('app-7'), { id: 'app-7', scopes: ['subscribe'], delegates: [] })
  t.equal(await find('app-8'), undefined)
  writeFileSync(file, JSON.stringify([entry, { ...entry, client_id: 'app-8' }]))
  t.equal(await find('app-8'), undefined, 'not looked at more than once a second')
  later()
  t.match(await find('app-8'), { id: 'app-8' })
  writeFileSync(`${file}.new`, JSON.stringify([{ ...entry, client_id: 'app-9' }]))
  renameSync(`${file}.new`, file)
  later()
  t.equal(await find('app-8'), undefined)
  t.match(await find('app-9'), { id: 'app-9' })
})

void t.test('a wrong file is refused and complained of once, and the former clients stay', async t => {
  const { file, find, later, lines } = await open(t, JSON.stringify([entry]))
  for (const spoil of [() => writeFileSync(file, '[{'), () => writeFileSync(file, JSON.stringify([{ ...entry, scope: 'everything' }])), () => unlinkSync(file)]) {
    lines.length = 0
    spoil()
    for (let round = 0; round < 3; round++) {
      later()
      t.match(await find('app-7'), { id: 'app-7' })
    }
    t.match(lines, [{ level: 'error', text: 'clients file refused, the former clients stay', fields: { reason: /OAUTH_CLIENTS_FILE/ } }])
    t.equal(lines.length, 1)
  }
  writeFileSync(file, '[]')
  later()
  t.equal(await find('app-7'), undefined)
})

void t.test('a wrong or missing file stops the start', async t => {
  await t.rejects(open(t, '{}'), { code: 'SETTINGS_INVALID' })
  await t.rejects(openClients({ file: '/nothing/there.json', allowDid: false, keysAt: async () => [], log: { info () {}, error () {} }, now: Date.now }), { code: 'SETTINGS_INVALID', reason: /cannot be read/ })
})

void t.test('who is in the file is what the file says, a DID too', async t => {
  const did = didKeyOf('P-256', key)
  const listed: JsonObject = { client_id: did, scope: 'registrations results', delegates: ['app-7'] }
  const other = didKeyOf('P-256', pairOf('P-256'))
  const strict = await open(t, JSON.stringify([entry, listed]))
  t.match(await strict.find(did), { scopes: ['registrations', 'results'], delegates: ['app-7'] })
  t.equal((await (await strict.find(did))?.keysOf(`${did}#0`))?.length, 1)
  t.equal(await strict.find(other), undefined)
  const { find } = await open(t, JSON.stringify([entry, listed]), { allowDid: true })
  t.match(await find(did), { scopes: ['registrations', 'results'] })
  t.match(await find(other), { id: other, scopes: ['subscribe'], delegates: [] })
  await t.rejects(find('did:key:z6Mk'), { code: 'CLIENT_INVALID' })
})

void t.test('without a file nobody is a client', async t => {
  const { find, has } = await openClients({ file: undefined, allowDid: false, keysAt: async () => [], log: { info () {}, error () {} }, now: Date.now })
  t.equal(await find('app-7'), undefined)
  t.equal(has('app-7'), false)
})

void t.test('who leaves the file is no client any more, for whoever asks after the next look', async t => {
  const other = didKeyOf('P-256', pairOf('P-256'))
  const { file, find, has, later } = await open(t, JSON.stringify([entry]), { allowDid: true })
  t.same([has('app-7'), has('app-8'), has(other)], [true, false, true])
  writeFileSync(file, '[]')
  later()
  t.equal(has('app-7'), true, 'as it was at the last look')
  await find('app-7') // waits for the look
  t.equal(has('app-7'), false)
})
