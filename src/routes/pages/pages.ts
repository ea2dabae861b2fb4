import { createHash } from 'node:crypto'
import type { Step } from '../../providers/visits.ts'
import { html, type Markup } from '../documents/markup.ts'
import { formOf } from './form.ts'
import { styleOf } from './style.ts'
import { texts, type Language, type Notice, type Page } from './texts.ts'
import { watchScript } from './watch-script.ts'

export interface PagesParts {
  /** Whose page it is; shown at its top. */
  readonly name?: string | undefined
  /** `#rrggbb` */
  readonly color?: string | undefined
}

/** What people read. Nothing of a request is repeated on it, and all that a provider says is escaped. */
export interface Pages {
  /** `watch`: the page that this one becomes as soon as that one has something new to say. */
  show (page: Page, language: Language, watch?: Watched): string
  /** A step that has something to enter. */
  ask (step: Step, language: Language, notice?: Notice): string
  /** A step that is taken elsewhere. */
  confirm (step: Step, language: Language, watch: Watched): string
  /** The Content-Security-Policy that lets through what such a page has, and nothing else. `actions`: origins that its form may lead to. */
  policy (kind?: 'watch' | 'form', actions?: readonly string[]): string
}

export interface Watched {
  readonly path: string
  /** The `data-waiting` that it has while there is nothing new. */
  readonly mark: string
}

export const defaultColor = '#0b5cad'

export function createPages ({ name, color = defaultColor }: PagesParts = {}): Pages {
  const style = styleOf(color)
  const styles = [...new Set([style, styleOf(defaultColor)])].map(hashOf).join(' ')
  const scripts = hashOf(watchScript)

  function documentOf ({ title, language, body, watch }: { title: string, language: Language, body: Markup, watch?: Watched | undefined }): string {
    const again = watch && html`<noscript><meta http-equiv="refresh" content="3;url=${watch.path}"></noscript>`
    const head = html`<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>${title}${name && ` – ${name}`}</title>
<style>${raw(style)}</style>${again}`
    const main = html`<main${watch && html` data-waiting="${watch.mark}" data-watch="${watch.path}"`}><h1>${title}</h1>${body}</main>${watch && html`<script>${raw(watchScript)}</script>`}`
    return html`<!doctype html>
<html lang="${language}">
<head>${head}</head>
<body>${name && html`<header>${name}</header>`}${main}</body>
</html>
`.markup
  }

  return {
    show (page, language, watch) {
      const [title, line] = texts[language].pages[page]
      return documentOf({ title, language, watch, body: html`<p${watch && raw(' role="status"')}>${line}</p>` })
    },
    ask (step, language, notice) {
      const { form, notices } = texts[language]
      const said = notice && html`<p class="notice" role="alert">${notices[notice]}</p>`
      return documentOf({ title: form.title, language, body: html`${said}${formOf(step, form)}<p><small>${form.line}</small></p>` })
    },
    confirm (step, language, watch) {
      const [title, line] = texts[language].pages.confirm
      const words = step.parts.map(part => part.kind === 'words' ? html`<p>${part.text}</p>` : part.kind === 'image' ? html`<img src="${part.source}" alt="${texts[language].form.picture}">` : undefined)
      return documentOf({ title, language, watch, body: html`${words}<p role="status">${line}</p>` })
    },
    policy (kind, actions = []) {
      const more = kind === 'watch' ? `; script-src ${scripts}; connect-src 'self'; img-src data:` : kind === 'form' ? '; img-src data:' : ''
      return `default-src 'none'; style-src ${styles}${more}; base-uri 'none'; form-action ${["'self'", ...actions].join(' ')}; frame-ancestors 'none'`
    },
  }
}

/** Pages of a service that has neither name nor colour set. */
export const plainPages = createPages()

function hashOf (text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

function raw (markup: string): Markup {
  return { markup }
}
