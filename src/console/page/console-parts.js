export const $ = id => document.getElementById(id)
export const make = (tag, properties = {}, ...children) => { const made = Object.assign(document.createElement(tag), properties); made.append(...children); return made }
export const on = (target, type, does) => target.addEventListener(type, does)

/** The reply's JSON. Throws what the service said was wrong. */
export async function ask (path, how) {
  const reply = await fetch(path, how)
  const told = await reply.json().catch(() => ({}))
  if (!reply.ok) throw new Error(told.message ?? `The service said ${reply.status}.`)
  return told
}

export function ageOf (time) {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(time)) / 1000))
  const [size, unit] = seconds < 60 ? [1, 's'] : seconds < 3600 ? [60, 'min'] : seconds < 86_400 ? [3600, 'h'] : [86_400, 'd']
  return `${Math.floor(seconds / size)} ${unit}`
}
