/** An error may be its own cause. */
const mostCauses = 4

/**
 * What the log says of a fault of our own: its kind, its words and where it was. Nothing else that it carries, such as the `detail` of a
 * database's error, which may hold values of a row.
 */
export function errorFields (thrown: unknown, depth = 0): object {
  if (!(thrown instanceof Error)) return { type: typeof thrown }
  const { name, message, stack, cause } = thrown
  const { code } = thrown as { readonly code?: unknown }
  return { type: name, message, stack, ...isShort(code) ? { code } : {}, ...cause === undefined || depth === mostCauses ? {} : { cause: errorFields(cause, depth + 1) } }
}

function isShort (code: unknown): boolean {
  return typeof code === 'number' || (typeof code === 'string' && /^[\w-]{1,64}$/.test(code))
}
