import { drawCharts } from './console-charts.js'

const $ = id => document.getElementById(id)
const make = (tag, properties = {}, ...children) => { const made = Object.assign(document.createElement(tag), properties); made.append(...children); return made }
const on = (target, type, does) => target.addEventListener(type, does)
const entries = new Map()
const rows = new Map()
const live = { source: undefined, filter: new URLSearchParams(), cursor: undefined, shown: undefined, first: true }

async function ask (path, how) {
  const reply = await fetch(path, how)
  const told = await reply.json().catch(() => ({}))
  if (!reply.ok) throw new Error(told.message ?? `The service said ${reply.status}.`)
  return told
}

function ageOf (time) {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(time)) / 1000))
  const [size, unit] = seconds < 60 ? [1, 's'] : seconds < 3600 ? [60, 'min'] : seconds < 86_400 ? [3600, 'h'] : [86_400, 'd']
  return `${Math.floor(seconds / size)} ${unit}`
}

// Entries: kept by id, newest first; an id grows with the time of its callback.

function rowOf (entry) {
  const open = make('button', { type: 'button', onclick: () => show(entry.id) }, entry.key)
  const row = make('tr', {}, make('td'), make('td'), make('td', {}, entry.provider), make('td', {}, open), make('td'), make('td'))
  row.dataset.id = entry.id
  return row
}

function draw (entry) {
  const known = rows.get(entry.id)
  const row = known ?? rowOf(entry)
  const [status, age, , , tries, reason] = row.cells
  row.dataset.status = entry.status
  status.replaceChildren(make('span', { className: entry.status }, entry.status))
  age.replaceChildren(make('time', { dateTime: entry.receivedAt, title: entry.receivedAt }, ageOf(entry.receivedAt)))
  tries.textContent = entry.attempts
  reason.textContent = entry.reason ?? ''
  if (known !== undefined) return
  rows.set(entry.id, row)
  if (!live.first) row.classList.add('new')
  let next = $('rows').lastElementChild?.dataset.id > entry.id ? null : $('rows').firstElementChild
  while (next !== null && next.dataset.id > entry.id) next = next.nextElementSibling
  $('rows').insertBefore(row, next)
}

function take ({ entries: changed, gone = [] }) {
  for (const entry of changed.toReversed()) {
    entries.set(entry.id, entry)
    draw(entry)
    if (entry.id === live.shown) void show(entry.id)
  }
  const oldest = [...entries.keys()].toSorted((a, b) => a < b ? -1 : 1).at(-200) // beyond the newest, an entry is only out of sight
  for (const id of gone) {
    if (live.filter.has('status') || id >= (oldest ?? '')) { entries.delete(id); rows.get(id)?.remove(); rows.delete(id) }
  }
  $('none').hidden = entries.size > 0
  live.first = false
}

function drawStanding ({ figures, checks }) {
  $('health').replaceChildren(...Object.entries(checks).map(([part, { status, reason }]) =>
    make('li', { className: `chip ${status}` }, `${part}: ${status}${reason === undefined ? '' : ` (${reason})`}`)))
  const { waiting = '?', unpublished = '?', buried = '?', oldestWaiting } = figures ?? {}
  const told = { Waiting: waiting, 'Oldest waiting': oldestWaiting === undefined ? '–' : ageOf(new Date(oldestWaiting).toISOString()), 'Events to publish': unpublished, Buried: buried }
  $('figures').replaceChildren(...Object.entries(told).map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', { className: name === 'Buried' && value > 0 ? 'buried' : '' }, String(value)))))
}

function clear () {
  live.first = true
  live.cursor = undefined
  entries.clear()
  rows.clear()
  $('rows').replaceChildren()
}

function watch () {
  live.source?.close()
  clear()
  live.source = new EventSource(`/v1/entries/live?limit=200&${live.filter}`)
  on(live.source, 'open', () => { clear(); $('link').textContent = 'Live' }) // the service begins anew: what it does not tell is gone
  on(live.source, 'error', () => { $('link').textContent = 'Not connected: the service does not answer. Trying again…' })
  on(live.source, 'message', ({ data }) => {
    const told = JSON.parse(data)
    if (live.first) $('older').hidden = told.entries.length < 200
    take(told)
    drawStanding(told.standing)
  })
}

async function older () {
  const { cursor } = live.cursor === undefined ? await ask(`/v1/entries?limit=200&${live.filter}`) : live
  const page = cursor === undefined ? { entries: [] } : await ask(`/v1/entries?limit=500&${live.filter}&cursor=${encodeURIComponent(cursor)}`)
  live.cursor = page.cursor
  $('older').hidden = page.cursor === undefined
  take(page)
}

// One entry

function moment (time, what, ...more) {
  return { time, item: make('li', {}, make('time', { dateTime: time }, time.slice(0, 23).replace('T', ' ')), ` ${what}`, ...more) }
}

function momentsOf ({ receivedAt, attempts, events, status, reason }) {
  const told = [
    moment(receivedAt, 'Received, journalled and answered.'),
    ...attempts.map(({ at, code, reason }) => moment(at, `A try failed: ${code}. ${reason}`)),
    ...events.map(({ recordedAt, type, data }) => moment(recordedAt, `The result is known: ${type}`, ...data === undefined ? [] : [make('pre', {}, JSON.stringify(data, null, 1))])),
    ...events.filter(({ publishedAt }) => publishedAt !== undefined).map(({ publishedAt, topic }) => moment(publishedAt, `The broker acknowledged it on ${topic}`)),
  ].toSorted((a, b) => a.time < b.time ? -1 : 1).map(({ item }) => item)
  if (status === 'buried') told.push(make('li', { className: 'buried' }, `Given up: ${reason ?? 'see above'}. Mend it, then redrive.`))
  if (status === 'waiting') told.push(make('li', { className: 'waiting' }, 'It waits for its next try.'))
  return told
}

async function show (id) {
  const isOpen = live.shown === id
  live.shown = id
  if (!isOpen) $('entry-said').textContent = ''
  const entry = await ask(`/v1/entries/${id}`).catch(error => { $('entry-said').textContent = error.message })
  if (entry === undefined || live.shown !== id) return
  const { key, provider, status, receivedAt } = entry
  const facts = { Key: key, Provider: provider, Status: make('span', { className: status }, status), Received: `${receivedAt} (${ageOf(receivedAt)} ago)`, Id: id }
  $('facts').replaceChildren(...Object.entries(facts).flatMap(([name, value]) => [make('dt', {}, name), make('dd', {}, value)]))
  $('timeline').replaceChildren(...momentsOf(entry))
  $('redrive').disabled = status !== 'buried'
  if (!$('entry').open) $('entry').showModal()
}

function isSure (what, yes) {
  $('sure-what').textContent = what
  $('sure-yes').textContent = yes
  $('sure').returnValue = 'no'
  $('sure').showModal()
  return new Promise(resolve => $('sure').addEventListener('close', () => resolve($('sure').returnValue === 'yes'), { once: true }))
}

async function act (said, does) {
  try { said.textContent = await does() } catch (error) { said.textContent = error.message }
}

on($('redrive'), 'click', () => act($('entry-said'), async () => {
  const { redriven } = await ask(`/v1/entries/${live.shown}/redrive`, { method: 'POST' })
  return redriven === 0 ? 'It is not buried any more.' : 'Redriven: it is tried again now.'
}))
on($('erase'), 'click', () => act($('entry-said'), async () => {
  const { key } = entries.get(live.shown) ?? {}
  if (key === undefined || !await isSure(`All that is known of ${key} is removed from the journal, and its retained event from the broker. This cannot be undone.`, 'Erase')) return ''
  const { erased } = await ask(`/v1/entries?${new URLSearchParams({ key })}`, { method: 'DELETE' })
  $('entry').close()
  $('said').textContent = `${key}: ${erased} erased.`
  watch()
  return ''
}))
on($('close'), 'click', () => $('entry').close())
on($('entry'), 'close', () => { const { shown } = live; live.shown = undefined; rows.get(shown)?.querySelector('button').focus() })
on($('older'), 'click', () => act($('said'), async () => { await older(); return '' }))
on($('filter'), 'submit', event => {
  event.preventDefault()
  live.filter = new URLSearchParams([...new FormData($('filter'))].map(([name, value]) => [name, value.trim()]).filter(([, value]) => value !== ''))
  watch()
})
on($('filter').elements.status, 'change', () => $('filter').requestSubmit())
on($('redrive-all'), 'click', () => act($('said'), async () => {
  const filter = Object.fromEntries([...live.filter].filter(([name]) => name !== 'status'))
  const which = Object.values(filter).join(' ')
  if (!await isSure(`All buried entries${which === '' ? '' : ` of ${which}`} are tried again.`, 'Redrive')) return ''
  const { redriven } = await ask('/v1/entries/redrive', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ since: '1970-01-01T00:00:00Z', ...filter }) })
  return `${redriven} redriven.`
}))

async function offerSandbox () {
  const { choices } = await ask('/v1/sandbox')
  $('sandbox').hidden = choices.length === 0
  $('choices').append(...choices.map(({ name, label }) => make('button', {
    type: 'button',
    onclick: () => act($('said'), async () => { const { key } = await ask(`/v1/sandbox/${name}`, { method: 'POST' }); return `${label}: sent for ${key}.` }),
  }, label)))
}

setInterval(() => { for (const time of document.querySelectorAll('#rows tr:nth-child(-n+200) time')) time.textContent = ageOf(time.dateTime) }, 5000)
watch()
void offerSandbox()
drawCharts($('charts'))
