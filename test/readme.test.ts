import { readFileSync } from 'node:fs'
import t from 'tap'
import { startProcess } from './process.ts'
import { subscribe } from './subscriber.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const calls = [...readme.matchAll(/^curl '(http:\/\/127\.0\.0\.1:8080)(\/[^']+)'$/gm)].map(([, , path]) => path ?? '')

void t.test('each call that the README prints is answered, and its event reaches a subscriber', async t => {
  const { url, mqtt } = await startProcess(t)
  const subscriber = await subscribe(t, mqtt)
  t.equal(calls.length, 3)
  const ids: string[] = []
  for (const path of calls) {
    const response = await fetch(`${url}${path}`)
    t.match([response.status, await response.json()], [200, { message: 'Callback received.', callbackId: String }], path)
    ids.push(new URLSearchParams(path.split('?')[1]).get('request-id') ?? '')
  }
  const received = await subscriber.until(all => ids.every(id => all.some(({ event }) => event.subject === id)))
  const types = ids.map(id => received.find(({ event }) => event.subject === id)?.event.type)
  t.same(types, ['callbacks.tokenio.completed.v1', 'callbacks.tokenio.failed.v1', 'callbacks.tokenio.credentials-required.v1'])
})
