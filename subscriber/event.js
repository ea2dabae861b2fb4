/** Nothing for what is no event, such as the empty payload that clears a topic. */
export function eventIn(payload) {
    try {
        const event = JSON.parse(new TextDecoder().decode(payload));
        return typeof event?.id === 'string' && typeof event.type === 'string' ? event : undefined;
    }
    catch {
        return undefined;
    }
}
/** `completed`, `failed`, `pending` or `credentials-required`. */
export function statusOf({ type }) {
    return type.split('.')[2] ?? '';
}
