import type { JsonObject } from '../../domain/callback.ts'

const presentation = {
  '@context': ['https://www.w3.org/2018/credentials/v1'],
  type: ['VerifiablePresentation'],
  id: 'urn:uuid:6d6b0c1e-9f0b-4f7e-8a53-0f1a2b3c4d5e',
  holder: { id: 'did:key:zQ3shXLA2cHanJgCUsDfXxBi2BGnMLArHVz5NWoC9axr8pEy6' },
  verifiableCredential: [],
}

const submission = {
  id: 'Y1XqkDUlD5uxJ6CEsnGCa',
  definition_id: 'token_with_email_vc',
  descriptor_map: [{ id: 'email_vc', format: 'ldp_vc', path: '$.verifiableCredential[0]' }],
}

/** Callbacks as Affinidi Iota documents them, and as OpenID4VP does for DCQL. */
export const examples: { readonly [name: string]: JsonObject } = {
  presentation: {
    state: '0b8e4a5c-7f0e-4d3b-9a51-2c6f8e1d7b90',
    presentation_submission: JSON.stringify(submission),
    vp_token: JSON.stringify(presentation),
    onboarded: false,
  },
  dcql: {
    state: '2fbd1aad-536b-46b0-9d7a-a5cd008aeac9',
    vp_token: JSON.stringify({ email_vc: [presentation] }),
  },
  walletError: {
    state: '9c1d5e2a-31b4-4f60-8f27-d04b7a6c5e18',
    error: 'access_denied',
    error_description: 'The user declined.',
  },
}
