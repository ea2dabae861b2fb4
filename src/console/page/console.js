import { drawCharts } from './console-charts.js'
import { newest, openEntries } from './console-entries.js'
import { $, ageOf, ask, make, on } from './console-parts.js'
import { openTroubles } from './console-troubles.js'

const live = { source: undefined, filter: new URLSearchParams(), shown: undefined, isFirst: true, isReading: false, isNear: false }
const entries = openEntries({ open: id => void show(id) })
const troubles = openTroubles({ showBuried () { $('filter').reset(); $('filter').elements.status.value = 'buried'; $('filter').requestSubmit(); $('entries').focus() } })

function drawStanding ({ figures, checks }) {
  $('health').replaceChildren(...Object.entries(checks).map(([part, { status, reason }]) =>
    make('li', { className: `chip ${status}` }, `${part}: ${status}${reason === undefined ? '' : ` (${reason})`}`)))
  troubles.draw({ figures, checks })
  const { waiting = '?', unpublished = '?', buried = '?', oldestWaiting } = figures ?? {}
  const told = { Waiting: waiting, 'Oldest waiting': oldestWaiting === undefined ? '–' : ageOf(new Date(oldestWaiting).toISOString()), 'Events to publish': unpublished, Buried: buried }
  $('figures').replaceChildren(...Object.entries(told).map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', { className: name === 'Buried' && value > 0 ? 'buried' : '' }, String(value)))))
  $('table').classList.toggle('old', checks.journal?.status === 'failing')
  $('none').textContent = checks.journal?.status === 'failing' ? 'The journal does not answer.' : [...live.filter].length > 0 ? 'None is like that.' : 'No entries yet.'
  $('none').hidden = !entries.isEmpty()
}

function watch () {
  live.source?.close()
  live.source = new EventSource(`/v1/entries/live?limit=${newest}&${live.filter}`)
  live.isFirst = true
  on(live.source, 'open', () => { live.isFirst = true; $('link').textContent = 'Live'; $('link').className = '' })
  on(live.source, 'error', () => { $('link').textContent = 'Not connected: the service does not answer. Trying again…'; $('link').className = 'failing' })
  on(live.source, 'message', ({ data }) => {
    const told = JSON.parse(data)
    if (live.isFirst) { // the service begins anew: what it does not tell is gone
      entries.clear(live.filter)
      $('older').hidden = told.entries.length < newest
      live.isFirst = false
    }
    entries.take(told)
    drawStanding(told.standing)
    if (told.entries.some(({ id }) => id === live.shown)) void show(live.shown)
  })
}

/** Page after page, as long as the end of the table is near. */
async function readOlder () {
  if (live.isReading || $('older').hidden) return
  live.isReading = true
  try {
    do $('older').hidden = !await entries.older()
    while (live.isNear && !$('older').hidden)
  } finally {
    live.isReading = false
  }
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
  live.key = key
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
  const key = entries.keyOf(live.shown) ?? live.key
  if (key === undefined || !await isSure(`All that is known of ${key} is removed from the journal, and its retained event from the broker. This cannot be undone.`, 'Erase')) return ''
  const { erased } = await ask(`/v1/entries?${new URLSearchParams({ key })}`, { method: 'DELETE' })
  $('entry').close()
  $('said').textContent = `${key}: ${erased} erased.`
  watch()
  return ''
}))
on($('close'), 'click', () => $('entry').close())
on($('examined-close'), 'click', () => $('examined').close())
on($('entry'), 'close', () => { const { shown } = live; live.shown = undefined; entries.focus(shown) })
on($('older'), 'click', () => act($('said'), async () => { await readOlder(); return '' }))
new IntersectionObserver(([{ isIntersecting }]) => { live.isNear = isIntersecting; if (isIntersecting) void act($('said'), async () => { await readOlder(); return $('said').textContent }) }, { rootMargin: '2000px' }).observe($('older'))
on($('table'), 'keydown', event => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (step === undefined) return
  const buttons = [...$('table').querySelectorAll('button')]
  const next = buttons[buttons.indexOf(event.target) + step]
  if (next !== undefined) { event.preventDefault(); next.focus() }
})
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

watch()
void offerSandbox()
drawCharts($('charts'))
