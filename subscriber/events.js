import { accessOf, filterOf } from './access.js';
import { payloadsOf, Refused } from './connection.js';
import { eventIn } from './event.js';
const mostRemembered = 10_000;
const pauses = [250, 1_000, 2_000, 5_000, 15_000];
/**
 * One's events as they come, the retained ones first, each once. It connects again for as long as it is read; what was published meanwhile is
 * there then, as far as the broker retains it. Throws `Refused` for a token that opens nothing, and the reason of `signal`.
 */
export async function* eventsOf({ url, token, provider, key, signal }) {
    const seen = new Set();
    let refusals = 0;
    for (let tries = 0;; tries++) {
        signal?.throwIfAborted();
        const password = typeof token === 'string' ? token : await token();
        const access = accessOf(password);
        try {
            for await (const payload of payloadsOf({ url, username: access.clientId, password, filter: filterOf(access, { provider, key }), signal })) {
                tries = refusals = 0;
                const event = eventIn(payload);
                if (event !== undefined && isNew(seen, event.id))
                    yield event;
            }
        }
        catch (thrown) {
            if (thrown instanceof Refused && (typeof token === 'string' || ++refusals > 2))
                throw thrown; // a token may end on its way
        }
        await pause(pauses[Math.min(tries, pauses.length - 1)] ?? 0, signal);
    }
}
function isNew(seen, id) {
    if (seen.has(id))
        return false;
    seen.add(id);
    const [oldest] = seen.size > mostRemembered ? seen : [];
    if (oldest !== undefined)
        seen.delete(oldest);
    return true;
}
async function pause(milliseconds, signal) {
    if (signal?.aborted === true)
        return;
    await new Promise(resolve => {
        const end = () => {
            clearTimeout(timer);
            signal?.removeEventListener('abort', end);
            resolve();
        };
        const timer = setTimeout(end, milliseconds);
        signal?.addEventListener('abort', end);
    });
}
