import mqtt from 'mqtt';
/** The broker does not take the token, or does not let it read the topic: trying again would not help. */
export class Refused extends Error {
    name = 'Refused';
}
/** What one connection brings, retained payloads first. Ends with the connection; throws `Refused`, or what broke it before it stood. */
export async function* payloadsOf({ url, username, password, filter, signal }) {
    // 3.1.1, which every broker speaks; who reconnects is the caller, with a token that is valid then
    const client = mqtt.connect(url, { protocolVersion: 4, username, password, clean: true, reconnectPeriod: 0, connectTimeout: 10_000, resubscribe: false });
    const arrived = [];
    let ended = false;
    let trouble;
    let look = () => { };
    const end = (thrown) => {
        ended = true;
        trouble ??= thrown;
        look();
    };
    const abort = () => { end(); };
    client.on('message', (_topic, payload) => { arrived.push(payload); look(); });
    client.on('close', () => { end(); });
    client.on('error', error => { end('code' in error && (error.code === 4 || error.code === 5) ? new Refused('The broker refused the token.') : error); });
    client.on('connect', () => {
        client.subscribe(filter, { qos: 1 }, (error, granted = []) => {
            if (error !== null || granted.some(({ qos }) => qos > 2))
                end(new Refused('The broker refused the topic.'));
        });
    });
    signal?.addEventListener('abort', abort);
    try {
        for (;;) {
            for (let payload = arrived.shift(); payload !== undefined; payload = arrived.shift())
                yield payload;
            if (trouble !== undefined)
                throw trouble;
            if (ended)
                return;
            await new Promise(resolve => { look = resolve; });
        }
    }
    finally {
        signal?.removeEventListener('abort', abort);
        client.end(true);
    }
}
