import { $, ageOf, ask, make } from './console-parts.js'

/** How many of the newest the service tells live. Older ones are read a page at a time, and again while they are in sight. */
export const newest = 200
const page = 500
const most = 20_000

/** The table: kept by id, newest first, since an id grows with the time of its callback. It stands in parts, so that a browser draws only those in sight. */
export function openEntries ({ open }) {
  const rows = new Map()
  const known = new Map()
  const told = new Set()
  const inSight = new Set()
  const sight = new IntersectionObserver(seen => { for (const { target, isIntersecting } of seen) inSight[isIntersecting ? 'add' : 'delete'](target) })
  let filter = new URLSearchParams()
  let cursor
  let isFirst = true

  function bodyAfter (body) {
    const added = make('tbody', { role: 'rowgroup' })
    if (body === undefined) $('table').append(added)
    else body.after(added)
    sight.observe(added)
    return added
  }

  const bodies = () => [...$('table').tBodies]

  function rowOf (entry) {
    const cell = (...children) => make('td', { role: 'cell' }, ...children)
    const row = make('tr', { role: 'row' }, cell(), cell(), cell(entry.provider), cell(make('button', { type: 'button', onclick: () => open(entry.id) }, entry.key)), cell(), cell())
    row.dataset.id = entry.id
    return row
  }

  function place (row) {
    const { id } = row.dataset
    const body = bodies().find(({ lastElementChild }) => lastElementChild !== null && lastElementChild.dataset.id < id) ?? bodies().at(-1) ?? bodyAfter()
    let next = body.lastElementChild?.dataset.id > id ? null : body.firstElementChild
    while (next !== null && next.dataset.id > id) next = next.nextElementSibling
    body.insertBefore(row, next)
  }

  function draw (entry, isNews = false) {
    const before = known.get(entry.id)
    known.set(entry.id, entry)
    let row = rows.get(entry.id)
    if (row === undefined) {
      row = rowOf(entry)
      rows.set(entry.id, row)
      if (isNews && !isFirst) row.classList.add('new')
      place(row)
      row.cells[1].append(make('time', { dateTime: entry.receivedAt, title: entry.receivedAt }, ageOf(entry.receivedAt)))
    }
    const { 0: status, 4: tries, 5: reason } = row.cells
    if (before?.status !== entry.status) status.replaceChildren(make('span', { className: entry.status }, entry.status))
    if (before?.attempts !== entry.attempts) tries.textContent = entry.attempts
    if (before?.reason !== entry.reason) reason.textContent = entry.reason ?? ''
  }

  function remove (id) {
    const row = rows.get(id)
    const body = row?.parentElement
    row?.remove()
    rows.delete(id)
    known.delete(id)
    if (body?.childElementCount === 0) { sight.unobserve(body); inSight.delete(body); body.remove() }
  }

  /** What has left the newest is gone, or, where older ones are on the page, becomes one of them. */
  function leave (gone) {
    for (const id of gone) told.delete(id)
    const isFull = told.size >= newest
    const oldest = isFull ? [...told].reduce((a, b) => a < b ? a : b) : ''
    for (const id of gone) if (cursor === undefined || id >= oldest) remove(id)
    const [first] = bodies()
    if (first !== undefined && first.rows.length > 2 * newest) bodyAfter(first).append(...[...first.rows].slice(newest))
    while (rows.size > most) { cursor = undefined; for (const id of Array.from(bodies().at(-1).rows, ({ dataset }) => dataset.id)) remove(id) }
  }

  async function again (body) {
    const ids = [...body.rows].map(({ dataset }) => dataset.id)
    if (ids.every(id => told.has(id))) return
    const [until, since] = [known.get(ids[0]), known.get(ids.at(-1))].map(({ receivedAt }) => Date.parse(receivedAt))
    const range = new URLSearchParams({ ...Object.fromEntries(filter), limit: page, since: new Date(since).toISOString(), until: new Date(until + 1).toISOString() })
    const found = new Set()
    for (let next = '', pages = 0; next !== undefined; pages++) { // several where many came within a millisecond
      if (pages === 4) return
      const read = await ask(`/v1/entries?${range}${next === '' ? '' : `&cursor=${encodeURIComponent(next)}`}`)
      for (const entry of read.entries) { found.add(entry.id); if (rows.has(entry.id)) draw(entry) }
      next = read.cursor
    }
    for (const id of ids) if (!found.has(id) && !told.has(id)) remove(id)
  }

  setInterval(() => {
    if (document.hidden) return
    for (const body of inSight) {
      for (const time of body.querySelectorAll('time')) { const age = ageOf(time.dateTime); if (time.textContent !== age) time.textContent = age }
      again(body).catch(() => {}) // that nobody answers is said above
    }
  }, 4000)

  return {
    keyOf: id => known.get(id)?.key,
    isEmpty: () => rows.size === 0,
    focus: id => rows.get(id)?.querySelector('button').focus(),
    /** Takes what the service tells live. */
    take ({ entries, gone }) {
      for (const entry of entries.toReversed()) { told.add(entry.id); draw(entry, true) }
      leave(gone)
      isFirst = false
    },
    clear (wanted) {
      filter = wanted
      cursor = undefined
      isFirst = true
      for (const kept of [rows, known, told, inSight]) kept.clear()
      for (const body of bodies()) { sight.unobserve(body); body.remove() }
    },
    /** Adds the page below the last entry; true when there are more. */
    async older () {
      const asked = filter
      cursor ??= (await ask(`/v1/entries?limit=${newest}&${filter}`)).cursor
      if (cursor === undefined) return false
      const read = await ask(`/v1/entries?limit=${page}&${filter}&cursor=${encodeURIComponent(cursor)}`)
      if (asked !== filter) return false
      const last = bodies().at(-1)
      if (last !== undefined) bodyAfter(last)
      for (const entry of read.entries) draw(entry)
      if (read.cursor !== undefined) cursor = read.cursor
      return read.cursor !== undefined
    },
  }
}
