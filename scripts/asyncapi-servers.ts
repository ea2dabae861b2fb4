const security = [{
  type: 'userPassword',
  description: 'User name and password at the broker. Outside production the embedded broker also lets clients on loopback read without them.',
}]

/** Where events are heard: one of them is in use, chosen by `MQTT_URL`. */
export const servers = {
  embedded: {
    host: '{host}', protocol: 'mqtt', protocolVersion: '3.1.1', security,
    description: 'The broker in the process, while `MQTT_URL` is unset.',
    variables: { host: { default: 'localhost:1883', description: '`MQTT_LISTEN_HOST` and `MQTT_LISTEN_PORT`' } },
  },
  embeddedWebSocket: {
    host: '{host}', pathname: '/mqtt', protocol: 'ws', protocolVersion: '3.1.1', security,
    description: 'The same over WebSocket, on the public listener.',
    variables: { host: { default: 'localhost:8080', description: '`HOST` and `PORT`' } },
  },
  external: {
    host: '{host}', protocol: 'mqtts', protocolVersion: '5', security,
    description: 'A broker of your own. One that refuses MQTT 5 is spoken to in 3.1.1, and then the service clears what has expired.',
    variables: { host: { default: 'broker.example:8883', description: '`MQTT_URL`' } },
  },
} as const
