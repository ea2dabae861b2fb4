import t from 'tap'
import { openRegistered } from './open-registered.ts'

const page = { accept: 'text/html' }
const open = async (t: Parameters<typeof openRegistered>[0]) => {
  const opened = await openRegistered(t)
  const visit = async (url: string, headers: { readonly accept?: string } = page) => {
    const reply = await opened.app.inject({ method: 'GET', url, headers })
    return { status: reply.statusCode, location: reply.headers.location, body: reply.body }
  }
  return { ...opened, visit }
}

void t.test('a browser that brings the code of the response goes on to the app', async t => {
  const { register, post, visit, told } = await open(t)
  const { body: { key } } = await register({}, { returnUrl: 'https://app.example/done' })
  const { response_code: code } = (await post({ state: key, vp_token: 'eyJh.b.c' })).json<{ response_code: string }>()
  t.equal((await told()).length, 1)
  for (const path of ['/v1/callback', '/ais/v1/callback']) {
    t.match(await visit(`${path}/${key}?response_code=${code}`), { status: 303, location: `https://app.example/done?response_code=${code}` })
  }
  t.match(await visit(`/v1/callback/${key}?response_code=${code}`, {}), { status: 200, body: '{"message":"Received."}' })
  t.strictSame(await told(), [], 'and nothing comes of it')
})

void t.test('without an app, it is shown a page', async t => {
  const { register, visit, post } = await open(t)
  const { body: { key } } = await register({})
  const { response_code: code } = (await post({ state: key, vp_token: 'eyJh.b.c' })).json<{ response_code: string }>()
  t.match(await visit(`/v1/callback/${key}?response_code=${code}`), { status: 200, body: /<!doctype html>/i })
  t.match(await visit(`/v1/callback/${key}?error=access_denied`), { status: 200, body: /<!doctype html>/i })
})

void t.test("another browser's code leads nowhere, and an error that a browser brings is told to nobody", async t => {
  const { register, post, visit, told } = await open(t)
  const [one, other] = [(await register({}, { returnUrl: 'https://app.example/done' })).body.key, (await register({})).body.key]
  const { response_code: code } = (await post({ state: other, vp_token: 'eyJh.b.c' })).json<{ response_code: string }>()
  await told()
  t.equal((await visit(`/v1/callback/${one}?response_code=${code}`)).status, 403)
  t.equal((await visit(`/v1/callback/nobody?response_code=${code}`)).status, 403)
  t.equal((await visit(`/v1/callback/${one}`)).status, 400)
  t.match(await visit(`/v1/callback/${one}?error=access_denied&error_description=No`), { status: 303, location: 'https://app.example/done?error=access_denied&error_description=No' })
  t.strictSame(await told(), [])
  t.equal((await post({ state: one, vp_token: 'eyJh.b.c' })).statusCode, 200, 'and the state is still open')
})
