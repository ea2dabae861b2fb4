import type { Registration } from '../domain/registration.ts'

/** Registrations by provider and key. Throws `JOURNAL_UNAVAILABLE` when they cannot be read or written. */
export interface Registrations {
  /**
   * Keeps a registration durably. `request` is what the client asked for, in a form that is equal for equal wishes: the same
   * again is `unchanged` and gives the first one, another wish for a key that is registered is `changed` and gives nothing.
   * An expired one stands in nobody's way.
   */
  register (registration: Registration, request: string): Promise<Registered>
  /** The registration if it has not expired. */
  find (provider: string, key: string): Promise<Registration | undefined>
  /** True when there was one of this owner. */
  remove (provider: string, key: string, owner: string): Promise<boolean>
  /** Deletes what expired before this time, a batch at a time. Gives the number deleted. */
  forget (before: number): Promise<number>
}

export type Registered =
  | { readonly state: 'made' | 'unchanged', readonly registration: Registration }
  | { readonly state: 'changed' }
