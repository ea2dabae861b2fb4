/** What a person reads after a callback. Nothing of the request is repeated, so nothing of it can do harm here. */
const texts = {
  received: { title: 'Thank you', line: 'Your authorization has been received. You can close this page and go back to the app.' },
  refused: { title: 'This link does not work', line: 'The page was called in a way that we do not understand. Please go back to the app and start again.' },
  unavailable: { title: 'Please try again', line: 'We could not keep your authorization just now. Reload this page in a few seconds.' },
} as const

export type Page = keyof typeof texts

const style = 'body{font:1.125rem/1.5 system-ui,sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}' +
  '@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}}'

const pages = Object.fromEntries(Object.entries(texts).map(([page, { title, line }]) => [page, `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${style}</style></head>
<body><main><h1>${title}</h1><p>${line}</p></main></body>
</html>
`])) as { readonly [page in Page]: string }

export function pageOf (page: Page): string {
  return pages[page]
}

/** The Content-Security-Policy source that lets the page's own style through, and nothing else. */
export const landingPageStyle = style
