/** The page's whole style; its hash is all that the Content-Security-Policy lets through. `color`: `#rrggbb`. */
export function styleOf (color: string): string {
  return `:root{color-scheme:light dark;--brand:${color};--on-brand:${inkOn(color)};--ink:#1b1b1b;--paper:#fff;--line:#6b6b6b;--alarm:#9b1c1c}` +
    '@media(prefers-color-scheme:dark){:root{--ink:#eee;--paper:#161616;--line:#9a9a9a;--alarm:#ffb4ab}}' +
    '*{box-sizing:border-box}' +
    'body{margin:0;font:1.125rem/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);overflow-wrap:break-word}' +
    'header{padding:.75rem 1rem;font-weight:600;color:var(--on-brand);background:var(--brand)}' +
    'main{max-width:32rem;margin:0 auto;padding:2rem 1rem}h1{font-size:1.5rem;line-height:1.25;margin:0 0 1rem}' +
    'label,legend{display:block;font-weight:600;margin:1.25rem 0 .25rem;padding:0}fieldset{border:0;margin:1.25rem 0 0;padding:0;min-width:0}small{display:block;font-size:1rem}' +
    'input:not([type=radio]){width:100%;min-height:3rem;padding:.5rem .75rem;font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:.5rem}' +
    '.choice{display:flex;align-items:center;gap:.75rem;min-height:3rem;margin:0;font-weight:400}input[type=radio]{width:1.5rem;height:1.5rem;flex:none}' +
    'img{display:block;max-width:100%;height:auto;margin:1rem 0;background:#fff}' +
    'button{width:100%;min-height:3rem;margin-top:1.5rem;font:inherit;font-weight:600;color:var(--on-brand);background:var(--brand);border:1px solid var(--on-brand);border-radius:.5rem;cursor:pointer}' +
    ':focus-visible{outline:3px solid var(--ink);outline-offset:2px}.notice{color:var(--alarm);font-weight:600}'
}

/** Black or white, whichever stands out more: one of them has at least 4.5:1 on any colour (WCAG 2.2, 1.4.3). */
export function inkOn (color: string): '#000' | '#fff' {
  const light = luminanceOf(color)
  return (light + 0.05) / 0.05 >= 1.05 / (light + 0.05) ? '#000' : '#fff'
}

/** WCAG 2.2, relative luminance. */
function luminanceOf (color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map(at => parseInt(color.slice(at, at + 2), 16) / 255).map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
