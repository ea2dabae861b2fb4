import t from 'tap'
import { isContention, isUndone, troubleOf } from '../../../src/database/postgres/trouble.ts'
import { Failure } from '../../../src/domain/failure.ts'

const said = (code: string, message = 'said by the server') => Object.assign(new Error(message), { code })

const troubles: { readonly [title: string]: { readonly thrown: Error, readonly reason: RegExp } } = {
  'a server that is gone': { thrown: said('ECONNREFUSED'), reason: /reached/ },
  'a name that is unknown': { thrown: said('ENOTFOUND'), reason: /reached/ },
  'a connection that broke': { thrown: new Error('Connection terminated unexpectedly'), reason: /reached/ },
  'no answer': { thrown: new Error('Query read timeout'), reason: /reached/ },
  'a server that is stopped': { thrown: said('57P01'), reason: /shutting down or starting/ },
  'a server that starts': { thrown: said('57P03'), reason: /shutting down or starting/ },
  'a full disk': { thrown: said('53100'), reason: /disk is full/ },
  'too many connections': { thrown: said('53300'), reason: /no room/ },
  'a standby': { thrown: said('25006'), reason: /read-only/ },
  'a broken disk': { thrown: said('58030'), reason: /disk reports an error/ },
  'a wrong password': { thrown: said('28P01'), reason: /credentials/ },
  'a missing database': { thrown: said('3D000'), reason: /no such database/ },
  'a statement that took too long': { thrown: said('57014'), reason: /too long/ },
  'a transaction that stood still': { thrown: said('25P03'), reason: /idle/ },
  'a damaged page': { thrown: said('XX001'), reason: /damaged/ },
}

for (const [title, { thrown, reason }] of Object.entries(troubles)) {
  void t.test(`${title} is JOURNAL_UNAVAILABLE`, async t => {
    t.match(troubleOf(thrown), { code: 'JOURNAL_UNAVAILABLE', reason, cause: thrown })
    t.notOk(isContention(troubleOf(thrown)))
  })
}

void t.test('rows that others hold are told apart, and what the server undid', async t => {
  for (const [code, undone] of [['40P01', true], ['40001', true], ['55P03', false]] as const) {
    const trouble = troubleOf(said(code))
    t.match(trouble, { code: 'JOURNAL_UNAVAILABLE', reason: /busy/ })
    t.same([isContention(trouble), isUndone(trouble)], [true, undone])
  }
})

void t.test('a fault of ours stays what it is', async t => {
  for (const thrown of [said('42601'), said('23505'), new TypeError('x is not a function'), new Failure('KEY_USED'), 'text']) t.equal(troubleOf(thrown), thrown)
})
