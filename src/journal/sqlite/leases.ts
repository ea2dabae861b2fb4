/**
 * Who holds what, and until when. One process holds a SQLite journal, so its leases need no disk: a claim costs no commit, and
 * the next start finds all of them freed.
 */
export interface Leases<T> {
  readonly size: () => number
  isHeld (name: string): boolean
  /** Takes a lease; `attempt` is the last one that ended. Gives the new attempt, higher than all before it. */
  take (name: string, attempt: number, held: T): number
  /** When a lease that is taken now is over. */
  until (): number
  /** The attempt's lease begins anew, if it still has one. Gives what it holds. */
  renew (name: string, attempt: number): T | undefined
  /** What the attempt holds; undefined when a later one was given, or it was ended or released. */
  of (name: string, attempt: number): T | undefined
  /** What whoever holds it now holds. */
  held (name: string): T | undefined
  end (name: string, attempt: number): void
  /** Ends the lease, and with it its holder's say. */
  release (name: string): void
}

interface Lease<T> { readonly attempt: number, readonly until: number, readonly held: T | undefined }

export interface LeasesParts {
  readonly now: () => number
  /** Milliseconds. */
  readonly length?: number
}

export function createLeases<T> ({ now, length = 10_000 }: LeasesParts): Leases<T> {
  const leases = new Map<string, Lease<T>>()

  return {
    size: () => leases.size,
    until: () => now() + length,
    isHeld: name => (leases.get(name)?.until ?? 0) > now(),
    take (name, attempt, held) {
      const next = Math.max(attempt, leases.get(name)?.attempt ?? 0) + 1
      leases.set(name, { attempt: next, until: now() + length, held })
      return next
    },
    renew (name, attempt) {
      const lease = leases.get(name)
      if (lease?.attempt !== attempt || lease.held === undefined) return undefined
      leases.set(name, { ...lease, until: now() + length })
      return lease.held
    },
    of (name, attempt) {
      const lease = leases.get(name)
      return lease?.attempt === attempt ? lease.held : undefined
    },
    held: name => leases.get(name)?.held,
    end (name, attempt) {
      if (leases.get(name)?.attempt === attempt) leases.delete(name)
    },
    release (name) {
      const lease = leases.get(name)
      if (lease !== undefined) leases.set(name, { attempt: lease.attempt, until: 0, held: undefined }) // kept for its attempt
    },
  }
}
