import t from 'tap'
import { sourcesOf } from './sources.ts'
import { wrongFilesOf, wrongWordsOf } from './words.ts'

void t.test('the code says its own words', async t => {
  t.strictSame(wrongWordsOf(sourcesOf('src', 'scripts')), [])
})

void t.test('no file or folder is called by a forbidden word', async t => {
  t.strictSame(wrongFilesOf(sourcesOf('src', 'scripts', 'test')), [])
})

void t.test('a forbidden word is seen', async t => {
  for (const code of ['const webhookUrl = 1', 'interface Session { id: string }', 'function f ({ deps }) {}', 'type A = { jobs: 1 }', 'const a = { ...context }',
    'function deadLetter () {}', 'const NOTIFICATION_LIMIT = 1', 'const HTTPGateway = 1', '`${a}` + queue']) {
    t.match(wrongWordsOf({ 'src/journal/a.ts': code }), [/the word is/], code)
  }
})

void t.test('text, comments, members of libraries and longer words are left alone', async t => {
  for (const code of ["const a = 'a session'", '// the queue', '/* a job */', 'client.queue.store()', 'const block = restore(failure, processed)', 'const a = /session/u']) {
    t.strictSame(wrongWordsOf({ 'src/journal/a.ts': code }), [], code)
  }
})

void t.test('a word that a library forces is allowed where the library is used, and only there', async t => {
  t.strictSame(wrongWordsOf({ 'src/providers/tokenio/a.ts': 'request(url, { dispatcher })' }), [])
  t.match(wrongWordsOf({ 'src/journal/a.ts': 'const dispatcher = 1' }), [/the word is publish/])
})

void t.test('a file called by a forbidden word is seen', async t => {
  for (const file of ['src/utils/a.ts', 'src/journal/helpers.ts', 'src/webhook.ts', 'src/lib/a.ts']) t.strictSame(wrongFilesOf({ [file]: '' }), [file])
  t.strictSame(wrongFilesOf({ 'src/domain/callback.ts': '' }), [])
})
