import { statusOf } from './event.js';
import { eventsOf } from './events.js';
export { Refused } from './connection.js';
export { eventsOf, statusOf };
/** The event that ends the waiting for a key, also when it was published before. Throws as `eventsOf` does; without a `signal` it waits for ever. */
export async function waitFor({ until = isAnswer, ...parts }) {
    for await (const event of eventsOf(parts))
        if (until(event))
            return event;
    throw new Error('The events ended.'); // they do not
}
function isAnswer(event) {
    return statusOf(event) !== 'pending' && event.data.final !== false;
}
