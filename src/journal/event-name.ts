/** What an event is held by, and its seal bound to: it may be on its way on two topics at once. */
export function eventName ({ id, topic }: { readonly id: string, readonly topic: string }): string {
  return `${id} ${topic}`
}
