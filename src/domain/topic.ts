// [MQTT-4.7.1-1] wildcards, [MQTT-4.7.3-2] NUL, [MQTT-1.5.4-1] surrogates; '%' too, so that two levels never become one
// oxlint-disable-next-line no-control-regex
const unsafe = /[/+#$%\u0000-\u001f\u007f-\u009f]/g

export interface TopicParts { readonly topicPrefix: string, readonly subscriber: string, readonly provider: string, readonly key: string }

/** The one topic of a key: `${prefix}/${subscriber}/${provider}/${key}`, each level safe whatever it holds. */
export function topicOf ({ topicPrefix, subscriber, provider, key }: TopicParts): string {
  return `${topicPrefix}/${topicLevel(subscriber)}/${provider}/${topicLevel(key)}`
}

/** Any text as one level of a topic; two different texts never give the same level, but for lone surrogates. */
export function topicLevel (level: string): string {
  return level.toWellFormed().replace(unsafe, found => encodeURIComponent(found))
}
