import { statusOf, type SubscriberEvent } from './event.js';
import { eventsOf, type EventsParts } from './events.js';
export { Refused } from './connection.js';
export { eventsOf, statusOf };
export type { EventsParts, SubscriberEvent };
export interface WaitForParts extends EventsParts {
    readonly provider: string;
    readonly key: string;
    /** What to wait for. Default: the first event that is an answer, so neither `pending` nor a wallet's failure that it may try again. */
    readonly until?: (event: SubscriberEvent) => boolean;
}
/** The event that ends the waiting for a key, also when it was published before. Throws as `eventsOf` does; without a `signal` it waits for ever. */
export declare function waitFor({ until, ...parts }: WaitForParts): Promise<SubscriberEvent>;
