import t from 'tap'
import { inkOn, styleOf } from '../../../src/routes/pages/style.ts'

const luminance = (color: string) => {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map(at => parseInt(color.slice(at, at + 2), 16) / 255).map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

void t.test('whatever the colour, what is written on it has a contrast of 4.5:1 at least', async t => {
  let worst = 21
  for (let step = 0; step < 16 ** 3; step++) {
    const color = `#${[step >> 8, (step >> 4) & 15, step & 15].map(part => `${part.toString(16)}${part.toString(16)}`).join('')}`
    const [high, low] = [luminance(color), inkOn(color) === '#fff' ? 1 : 0].toSorted((a, b) => b - a) as [number, number]
    worst = Math.min(worst, (high + 0.05) / (low + 0.05))
  }
  t.ok(worst >= 4.5, String(worst))
  t.match(styleOf('#8a1538'), /--brand:#8a1538;--on-brand:#fff/)
})
