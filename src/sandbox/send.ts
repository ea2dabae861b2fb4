import { randomUUID } from 'node:crypto'
import { Failure } from '../domain/failure.ts'
import { buttons } from './bank.ts'
import { idOf } from './ids.ts'
import { choices } from './play.ts'

/** A user at the fake bank, without a browser: chooses there, and follows the redirect to the callback. */
export function createSend ({ bank }: { readonly bank: string }) {
  return {
    choices: choices.map(name => ({ name, label: buttons[name] })),
    async send (choice: string): Promise<string> {
      const key = idOf('rq', randomUUID())
      const chosen = await fetch(bank, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ 'request-id': key, choice }), signal: AbortSignal.timeout(5_000) })
      const reply = await fetch(chosen.headers.get('location') ?? '', { headers: { accept: 'application/json' }, redirect: 'manual', signal: AbortSignal.timeout(5_000) })
      if (reply.status >= 400) throw new Failure('UNEXPECTED', { reason: `The callback was refused with ${reply.status}.` })
      return key
    },
  }
}
