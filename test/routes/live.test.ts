import t from 'tap'
import { startProcess } from '../process.ts'

interface Told { readonly entries: readonly { readonly id: string, readonly status: string }[], readonly gone: readonly string[], readonly standing: { readonly checks: object } }

void t.test('who watches hears of a new entry, and of its erasure, and holds up no stop', async t => {
  const running = await startProcess(t, { SHUTDOWN_GRACE_SECONDS: '20' })
  const reply = await fetch(`${running.ops}/v1/entries/live`)
  t.match(reply.headers.get('content-type'), /^text\/event-stream/)
  const told: Told[] = []
  let heard = (): void => {}
  const reading = (async () => {
    for await (const chunk of reply.body!.pipeThrough(new TextDecoderStream())) {
      for (const line of chunk.split('\n')) if (line.startsWith('data: ')) { told.push(JSON.parse(line.slice(6)) as Told); heard() }
    }
  })()
  const hearing = async (holds: () => boolean) => { while (!holds()) await new Promise<void>(resolve => { heard = resolve }) }

  await hearing(() => told.length > 0)
  t.match(told[0], { entries: [], gone: [], standing: { checks: { journal: { status: 'ok' }, broker: {} } } })
  const key = 'rq:3SVzgJtzu2DvaZSgRGznpdknT3dq:5zKtXEAq'
  const { callbackId } = await (await fetch(`${running.url}/v1/tokenio/callback?request-id=${key}&request_id=${key}`)).json() as { readonly callbackId: string }
  await hearing(() => told.some(({ entries }) => entries.some(({ id, status }) => id === callbackId && status === 'delivered')))
  await fetch(`${running.ops}/v1/entries?key=${key}`, { method: 'DELETE' })
  await hearing(() => told.some(({ gone }) => gone.includes(callbackId)))

  const began = performance.now()
  t.equal(await running.stop('SIGINT'), 0)
  await reading
  t.ok(performance.now() - began < 10_000, 'long before the grace is over')
})
