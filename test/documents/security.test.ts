import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

const root = join(import.meta.dirname, '..', '..')
const read = (name: string) => readFileSync(join(root, 'docs', name), 'utf8')

/** ASVS 5.0.0: its sections, and how many requirements each has; 345 in all. */
const sections = `V1.1:2 V1.2:10 V1.3:12 V1.4:3 V1.5:3 V2.1:3 V2.2:3 V2.3:5 V2.4:2 V3.1:1 V3.2:3 V3.3:5 V3.4:8 V3.5:8 V3.6:1 V3.7:5 V4.1:5 V4.2:5 V4.3:2 V4.4:4 V5.1:1 V5.2:6 V5.3:3 V5.4:3 V6.1:3 V6.2:12 V6.3:8 V6.4:6 V6.5:8 V6.6:4 V6.7:2
V6.8:4 V7.1:3 V7.2:4 V7.3:2 V7.4:5 V7.5:3 V7.6:2 V8.1:4 V8.2:4 V8.3:3 V8.4:2 V9.1:3 V9.2:4 V10.1:2 V10.2:3 V10.3:5 V10.4:16 V10.5:5 V10.6:2 V10.7:3 V11.1:4 V11.2:5 V11.3:5 V11.4:4 V11.5:2 V11.6:2 V11.7:2 V12.1:5 V12.2:2 V12.3:5 V13.1:4 V13.2:6
V13.3:4 V13.4:7 V14.1:2 V14.2:8 V14.3:3 V15.1:5 V15.2:5 V15.3:7 V15.4:4 V16.1:1 V16.2:5 V16.3:4 V16.4:3 V16.5:4 V17.1:2 V17.2:8 V17.3:2`
const all = sections.split(/\s+/).flatMap(section => {
  const [name, count] = section.split(':') as [string, string]
  return Array.from({ length: Number(count) }, (_, at) => `${name}.${at + 1}`)
})

void t.test('every test that the documents on security name is there', async t => {
  for (const document of ['security.md', 'asvs.md']) {
    const named = [...read(document).matchAll(/`([a-z][\w/*.-]*)`/g)].map(([, name = '']) => name)
    const tests = [...new Set(named.filter(name => existsSync(join(root, 'test', name.split(/[/*]/)[0] ?? '')) || existsSync(join(root, 'test', `${name}.test.ts`))))].filter(name => !name.startsWith('openapi/openapi') && !existsSync(join(root, 'src', name)))
    t.ok(tests.length > 20, document)
    for (const name of tests) {
      t.ok(existsSync(join(root, 'test', name)) || globSync([`test/${name}.test.ts`, `test/${name}`], { cwd: root }).length > 0, `${document}: ${name}`)
    }
  }
})

void t.test('every requirement of ASVS 5.0.0 has its answer, once', async t => {
  t.equal(all.length, 345)
  const answered = read('asvs.md').split('\n').filter(line => line.startsWith('| V')).flatMap(line => {
    const [, ids = '', answer = ''] = line.split('|')
    t.ok(answer.trim().length > 3, ids)
    return ids.split(',').flatMap(part => {
      const [first = '', last = first] = part.trim().split(' – ')
      return all.includes(first) && all.includes(last) ? all.slice(all.indexOf(first), all.indexOf(last) + 1) : [`${part} is none`]
    })
  })
  t.strictSame(answered.toSorted(), all.toSorted())
})
