const names = {
  'Callbacks per s': perSecond('callback_receiver_callbacks_total'),
  'Durable, ms': milliseconds('callback_receiver_durable_seconds'),
  'Acknowledged, ms': milliseconds('callback_receiver_acknowledged_seconds'),
  'Commit, ms': milliseconds('callback_receiver_commit_seconds'),
}
const most = 60
const every = 2000
const space = 'http://www.w3.org/2000/svg'

/** The sum of a figure over all its labels. */
function sumOf (text, name) {
  let sum = 0
  for (const [, value] of text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))) sum += Number(value)
  return sum
}

function perSecond (name) {
  return (now, before) => (sumOf(now, name) - sumOf(before, name)) / (every / 1000)
}

/** The mean of what was observed since the last look; nothing when nothing was. */
function milliseconds (name) {
  const grown = (now, before, part) => sumOf(now, `${name}_${part}`) - sumOf(before, `${name}_${part}`)
  return (now, before) => { const count = grown(now, before, 'count'); return count > 0 ? grown(now, before, 'sum') / count * 1000 : undefined }
}

function chartOf (title) {
  const line = document.createElementNS(space, 'polyline')
  const picture = document.createElementNS(space, 'svg')
  for (const [name, value] of Object.entries({ viewBox: `0 0 ${most - 1} 100`, preserveAspectRatio: 'none', 'aria-hidden': 'true' })) picture.setAttribute(name, value)
  picture.append(line)
  const value = document.createElement('b')
  value.textContent = '–'
  const caption = document.createElement('figcaption')
  caption.append(`${title} `, value)
  const figure = document.createElement('figure')
  figure.append(caption, picture)
  const values = []
  return {
    figure,
    add (next) {
      if (next !== undefined) value.textContent = next < 10 ? next.toFixed(1) : String(Math.round(next))
      values.push(next ?? 0)
      if (values.length > most) values.shift()
      const top = Math.max(...values, 1e-9)
      line.setAttribute('points', values.map((each, i) => `${most - values.length + i},${98 - each / top * 96}`).join(' '))
    },
  }
}

/** Small charts of two minutes, read from the metrics. */
export function drawCharts (place) {
  const charts = Object.keys(names).map(chartOf)
  place.append(...charts.map(({ figure }) => figure))
  let before
  const look = async () => {
    const now = await fetch('/metrics').then(reply => reply.ok ? reply.text() : undefined, () => undefined)
    if (now !== undefined && before !== undefined) for (const [i, figure] of Object.values(names).entries()) charts[i].add(figure(now, before))
    before = now
  }
  void look()
  setInterval(() => { if (!document.hidden) void look() }, every)
}
