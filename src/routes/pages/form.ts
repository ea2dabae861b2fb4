import type { Step, StepPart } from '../../providers/visits.ts'
import { html, type Markup } from '../documents/markup.ts'
import type { Texts } from './texts.ts'

/** The form of a step, posted to the page's own address: each input is named as the provider names it. */
export function formOf ({ parts }: Step, texts: Texts['form']): Markup {
  return html`<form method="post">${parts.map((part, at) => partOf(part, `part-${at}`, texts))}<button type="submit">${texts.send}</button></form>`
}

function partOf (part: StepPart, id: string, texts: Texts['form']): Markup {
  if (part.kind === 'words') return html`<p>${part.text}</p>`
  if (part.kind === 'image') return html`<img src="${part.source}" alt="${texts.picture}">`
  const { name, hint } = part
  const explained = hint && html`<small id="${id}-hint">${hint}</small>`
  const described = hint && html` aria-describedby="${id}-hint"`
  if (part.kind === 'choice') {
    const radios = part.options.map((option, at) => html`<label class="choice" for="${id}-${at}"><input type="radio" id="${id}-${at}" name="${name}" value="${option}" required>${option}</label>`)
    return html`<fieldset${described}><legend>${part.label ?? texts.choice}</legend>${explained}${radios}</fieldset>`
  }
  const type = part.secret ? 'password' : 'text'
  const filling = part.oneTime ? 'one-time-code' : 'off' // no password manager: it is the bank's, not ours
  return html`<label for="${id}">${part.label ?? texts.value}</label>${explained}<input type="${type}" id="${id}" name="${name}" autocomplete="${filling}" autocapitalize="none" spellcheck="false" maxlength="4096" required${described}>`
}
