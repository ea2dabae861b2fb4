import { $, ask, make, on } from './console-parts.js'

/** What is at stake, and what to do; docs/operate.md says more. A part that is not here is a provider. */
const parts = {
  journal: ['Callbacks are refused with 503: providers and users must come again. Below is what the journal told last.', 'See that the disk has room and can be written, or that PostgreSQL runs. It goes on by itself.'],
  delivery: ['Callbacks are taken, and nobody hears of them.', 'Restart the process: the journal goes on where it was. Keep the log, this is a bug.'],
  broker: ['Callbacks are taken. Users wait for results that are known; nothing is lost.', 'Bring the broker back, or check MQTT_URL and its credentials. All events leave then by themselves, in order.'],
  process: ['It takes nothing more, and ends what it has begun.', 'Nothing: another replica, or the next start, goes on.'],
}
const provider = ['Callbacks are taken, their results are late. Nothing is lost, and no try is used up.', 'See its status page, then its URL and our credentials. Entries go on by themselves.']

/** One item for each trouble, the worst first; nothing while all is well. It is drawn anew only when it says something else. */
export function openTroubles ({ showBuried }) {
  let said = ''
  on($('examine'), 'click', () => void examine())

  function draw ({ checks, figures }) {
    const wrong = Object.entries(checks).filter(([, { status }]) => status !== 'ok').toSorted(([, a], [, b]) => Number(b.status === 'failing') - Number(a.status === 'failing'))
    const buried = figures?.buried ?? 0
    const now = JSON.stringify([wrong, buried])
    if (now === said) return
    said = now
    const items = wrong.map(([part, { status, reason }]) => {
      const [stake, mend] = parts[part] ?? provider
      return make('li', { className: status }, make('strong', {}, `${part}: ${reason ?? status}`), make('span', {}, stake), make('span', {}, `→ ${mend}`))
    })
    if (buried > 0) {
      items.push(make('li', { className: 'buried' }, make('strong', {}, buried === 1 ? '1 entry was given up' : `${buried} entries were given up`), make('span', {}, 'Their users never hear, unless somebody acts.'),
        make('span', {}, '→ See the reason, mend it, then redrive. ', make('button', { type: 'button', onclick: showBuried }, 'Show them'))))
    }
    $('troubles').replaceChildren(...items)
    $('trouble').hidden = items.length === 0
  }

  async function examine () {
    $('findings').replaceChildren(make('li', {}, 'Trying journal, broker, providers and clock with real calls…'))
    $('examined').showModal()
    const found = await ask('/v1/doctor').then(({ findings }) => findings, error => [{ part: 'service', status: 'failing', reason: error.message }])
    $('findings').replaceChildren(...found.map(({ part, status, reason = '', mend }) => make('li', {}, make('span', { className: `chip ${status}` }, `${part}: ${status}`), ` ${reason}`, ...mend === undefined ? [] : [make('p', {}, `→ ${mend}`)])))
  }

  return { draw }
}
