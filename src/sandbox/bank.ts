import { randomUUID } from 'node:crypto'
import { idOf } from './ids.ts'
import { choices, wrongPasscode, type Choice, type Play } from './play.ts'

export interface BankParts {
  readonly play: Pick<Play, 'chosen'>
  /** Where the fake bank sends the user's browser. */
  readonly callbackUrl: () => string
}

export interface Answer {
  readonly status: number
  /** A text is a page. */
  readonly body?: object | string
  readonly location?: string
}

/** What each button says. */
export const buttons: { readonly [choice in Choice]: string } = {
  approve: 'Approve',
  decline: 'Decline',
  unavailable: 'Bank unavailable',
  passcode: 'Ask for a passcode',
  decoupled: 'Confirm on the phone (10 s)',
  slow: 'Approve slowly (8 s)',
}

const fields: { readonly [choice in Choice]?: readonly object[] } = {
  passcode: [{ id: 'otp', displayName: 'One-time passcode', description: `Any passcode is right, but ${wrongPasscode}.`, type: 'FIELD' }],
  decoupled: [{ description: 'Please, authorize payment using mobile device.', type: 'DECOUPLED' }],
}

const errors: { readonly [choice in Choice]?: readonly [code: string, message: string] } = {
  decline: ['2', 'The user declined the request.'],
  unavailable: ['14', 'Bank is unavailable'],
}

export function fieldsOf (choice: Choice): readonly object[] {
  return fields[choice] ?? []
}

/** A bank's page with a button for all that can happen there; each sends the browser on to the callback. */
export function createBank ({ play, callbackUrl }: BankParts) {
  return {
    /** The token request of `request-id`, or a new one. */
    page (query: string): Answer {
      const key = new URLSearchParams(query).get('request-id') ?? idOf('rq', randomUUID())
      return /^[\w:]{1,128}$/.test(key) ? { status: 200, body: pageOf(key) } : { status: 400, body: 'No such request' }
    },
    choose (body: string): Answer {
      const given = new URLSearchParams(body)
      const [key, choice] = [given.get('request-id') ?? '', choices.find(known => known === given.get('choice'))]
      if (choice === undefined || !/^[\w:]{1,128}$/.test(key)) return { status: 400, body: 'No such choice' }
      play.chosen(key, choice)
      return { status: 303, location: `${callbackUrl()}?${queryOf(key, choice).toString()}` }
    },
  }
}

/** As Token.io's documentation prints it: the id under two names, fields in unpadded base64. */
function queryOf (key: string, choice: Choice): URLSearchParams {
  const query = new URLSearchParams({ 'request-id': key, request_id: key })
  const [error, message] = errors[choice] ?? []
  if (error !== undefined && message !== undefined) for (const [name, value] of Object.entries({ 'trace-id': 'sandbox', error, message })) query.set(name, value)
  if (fields[choice] !== undefined) query.set('credential-fields', Buffer.from(JSON.stringify({ fields: fields[choice] })).toString('base64').replace(/=+$/, ''))
  return query
}

function pageOf (key: string): string {
  const all = choices.map(choice => `<p><button name="choice" value="${choice}">${buttons[choice]}</button></p>`).join('\n')
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Sandbox bank</title></head>
<body><main><h1>Sandbox bank</h1><p>A fake bank: nothing here is real. What happens with the request?</p>
<form method="post" action="/bank"><input type="hidden" name="request-id" value="${key}">
${all}
</form></main></body>
</html>
`
}
