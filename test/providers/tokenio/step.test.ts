import { test } from 'tap'
import type { JsonObject } from '../../../src/domain/callback.ts'
import type { StepPart } from '../../../src/providers/visits.ts'
import { stepIn } from '../../../src/providers/tokenio/step.ts'

const png = Buffer.from('89504e470d0a1a0a0000', 'hex')
const images: readonly (readonly [string, Buffer])[] = [
  ['image/png', png], ['image/jpeg', Buffer.from('ffd8ffe000104a46', 'hex')], ['image/gif', Buffer.from('GIF89a......')], ['image/webp', Buffer.from('RIFF\0\0\0\0WEBPVP8 ', 'latin1')],
]

const rows: readonly (readonly [claim: string, field: JsonObject, parts: readonly StepPart[]])[] = [
  ["Token.io's passcode", { id: 'otp', description: 'One-time passcode' }, [{ kind: 'input', name: 'otp', label: 'One-time passcode', secret: false, oneTime: true }]],
  ['a field with both texts', { id: 'clientId', displayName: 'Client ID', description: 'On your card', type: 'FIELD' }, [{ kind: 'input', name: 'clientId', label: 'Client ID', hint: 'On your card', secret: false, oneTime: false }]],
  ['a field without a text', { id: 'x' }, [{ kind: 'input', name: 'x', secret: false, oneTime: false }]],
  ['a password', { id: 'pin', type: 'PASSWORD' }, [{ kind: 'input', name: 'pin', secret: true, oneTime: false }]],
  ['a password as v1 says it', { id: 'pin', password: true }, [{ kind: 'input', name: 'pin', secret: true, oneTime: false }]],
  ['a secret passcode', { id: 'a', displayName: 'SMS code', type: 'PASSWORD' }, [{ kind: 'input', name: 'a', label: 'SMS code', secret: true, oneTime: true }]],
  ['an INVALID field is one all the same', { id: 'x', type: 'INVALID' }, [{ kind: 'input', name: 'x', secret: false, oneTime: false }]],
  ['a type that Token.io added since', { id: 'x', type: 'SOMETHING' }, [{ kind: 'input', name: 'x', secret: false, oneTime: false }]],
  ['options', { id: 'way', displayName: 'Way', options: ['SMS', 'Call'] }, [{ kind: 'choice', name: 'way', label: 'Way', options: ['SMS', 'Call'] }]],
  ['a message', { id: 'm', type: 'PSU_MESSAGE', description: 'Mind' }, [{ kind: 'words', text: 'Mind' }]],
  ['the phone', { type: 'DECOUPLED', description: 'Confirm' }, [{ kind: 'words', text: 'Confirm' }]],
  ['a field without an id is a message', { description: 'Read this' }, [{ kind: 'words', text: 'Read this' }]],
  ...images.map(([type, bytes]) => [`a picture, ${type}`, { type: 'IMAGE', image: bytes.toString('base64') }, [{ kind: 'image', source: `data:${type};base64,${bytes.toString('base64')}` }]] as const),
  ['a picture in base64url', { type: 'IMAGE', image: png.toString('base64url') }, [{ kind: 'image', source: `data:image/png;base64,${png.toString('base64')}` }]],
  ['a picture that is a script', { type: 'IMAGE', image: Buffer.from('<svg onload="x">').toString('base64') }, []],
  ['a picture beside its input', { id: 'tan', type: 'PASSWORD', image: png.toString('base64') }, [{ kind: 'image', source: `data:image/png;base64,${png.toString('base64')}` }, { kind: 'input', name: 'tan', secret: true, oneTime: true }]],
  ['a flicker code is told of in words', { type: 'FLICKER', flickerCode: '1', description: 'Hold it' }, [{ kind: 'words', text: 'Hold it' }]],
]

void test('each kind of field is a part of the page', async t => {
  for (const [claim, field, parts] of rows) t.strictSame(stepIn({ fields: [field] })?.parts, parts, claim)
})

void test('an id is an input once, and steps are told apart by all that they ask', async t => {
  t.strictSame(stepIn({ fields: [{ id: 'a' }, { id: 'a', description: 'again' }] })?.parts.map(({ kind }) => kind), ['input', 'words'])
  const marks = [[{ id: 'a' }], [{ id: 'b' }], [{ id: 'a', description: 'x' }], [{ id: 'a' }, { id: 'b' }]].map(fields => stepIn({ fields })?.mark)
  t.equal(new Set(marks).size, 4)
  t.equal(stepIn({ fields: [{ id: 'a' }] })?.mark, marks[0])
})

void test('a callback without fields asks for nothing', async t => {
  for (const parameters of [{}, { fields: [] }, { fields: 'x' }, { error: { code: 14 } }]) t.equal(stepIn(parameters), undefined)
})
