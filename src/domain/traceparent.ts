// In an event's payload it comes before `data`, and a quotation mark within a text would be escaped: the first match is the event's own.
const inPayload = /"traceparent":"(00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2})"/

/** The trace id within a `traceparent`: 32 hex digits. W3C Trace Context §3.2.2 */
export function traceIdOf (traceparent: string): string {
  return traceparent.slice(3, 35)
}

/** The `traceparent` of an event as it is published; undefined for one in another's form. */
export function traceparentIn (payload: string): string | undefined {
  return inPayload.exec(payload.slice(0, 4096))?.[1]
}
