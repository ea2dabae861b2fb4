import t from 'tap'
import { createLine } from '../../../../src/journal/sqlite/fresh/line.ts'

interface Item { readonly n: number, isWanted: boolean }
const items = (number: number): Item[] => Array.from({ length: number }, (_, n) => ({ n, isWanted: true }))
const isWanted = (item: Item): boolean => item.isWanted

void t.test('what came first leaves first, and what is not wanted any more is passed over', async t => {
  const line = createLine<Item>(isWanted)
  const [a, b, c] = items(3) as [Item, Item, Item]
  for (const item of [a, b, c]) line.add(item)
  a.isWanted = false
  t.equal(line.first(), b, 'it stays')
  t.equal(line.find(({ n }) => n > 1), c)
  t.same([line.take(), line.take(), line.take(), line.size()], [b, c, undefined, 0])
})

void t.test('what is put back stands where it stood', async t => {
  const line = createLine<Item>(isWanted)
  const [a, b, c, d] = items(4) as [Item, Item, Item, Item]
  for (const item of [a, b, c]) line.add(item)
  t.same([line.take(), line.take()], [a, b])
  line.add(d)
  for (const back of [b, a]) line.putBack(back, ({ n }) => n > back.n)
  t.same([line.take(), line.take(), line.take(), line.take(), line.take()], [a, b, c, d, undefined])
})

void t.test('a line is never more than twice as long as is wanted', async t => {
  const cases: { readonly [title: string]: (line: ReturnType<typeof createLine<Item>>, item: Item) => void } = {
    'behind one that stays': (line, item) => { line.add(item); item.isWanted = false },
    'of one that comes back again and again': (line, item) => { item.isWanted = false; line.putBack(line.first()!, () => false) },
  }
  for (const [title, act] of Object.entries(cases)) {
    const line = createLine<Item>(isWanted)
    const [first, ...others] = items(50_000) as [Item, ...Item[]]
    line.add(first)
    for (const item of others) act(line, item)
    t.ok(line.size() <= 4096, title)
    t.equal(line.first(), first, title)
  }
})

void t.test('a line that is never empty takes no more room for what has left it', async t => {
  const line = createLine<Item>(isWanted)
  let last: Item = { n: 0, isWanted: true }
  line.add(last)
  const before = process.memoryUsage().heapUsed
  for (let n = 0; n < 10_000_000; n++) {
    const next = { n, isWanted: true }
    line.add(next)
    last.isWanted = false
    line.first()
    last = next
  }
  t.ok(process.memoryUsage().heapUsed - before < 60_000_000, 'ten million places would be 80 MB')
})
