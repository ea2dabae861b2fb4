/** Asks quietly, and moves on when there is something new; where no script runs, the page's own refresh does it. */
export const watchScript = `(() => {
const { waiting, watch } = document.querySelector('main').dataset
const look = async () => {
  try {
    const reply = await fetch(watch, { headers: { accept: 'text/html' }, cache: 'no-store', redirect: 'manual' })
    const isTrouble = reply.status >= 500 || reply.status === 429
    if (!isTrouble && !(await reply.text()).includes('data-waiting="' + waiting + '"')) return location.replace(watch)
  } catch {}
  setTimeout(look, 2000)
}
setTimeout(look, 1000)
})()`
