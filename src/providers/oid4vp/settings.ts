import type { SettingsSchema } from '../provider.ts'

export const settings: SettingsSchema = {
  OID4VP_UNREGISTERED: {
    enum: ['reject', 'accept'],
    default: 'reject',
    description: 'What becomes of a response whose `state` nobody registered: `reject` answers 403, `accept` takes it.',
  },
}
