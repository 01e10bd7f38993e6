/** How often one may try to sign in: each address so many attempts, each name so many failures. */
import type { Context } from 'hono'
import { TokenBuckets } from './rate-limits.ts'
import { rateLimited } from './requests.ts'

// Generous: an address may be a whole office, and a user may really have forgotten.
const addressLimits = { burst: 30, perSecond: 10 }
const nameLimits = { burst: 10, perSecond: 1 }
const addressLengthMax = 64

export class AttemptLimits {
  readonly #byAddress = new TokenBuckets(addressLimits)
  readonly #byName = new TokenBuckets(nameLimits)

  /**
   * Makes an attempt that gives undefined when it fails. Throws 429 with Retry-After, before anything is asked, for
   * an address with too many attempts or a name with too many failures, whether or not there is anybody of that name.
   */
  async attempt<T>(address: string | undefined, name: string, work: () => Promise<T | undefined>) {
    const waitMs = (address === undefined ? 0 : this.#byAddress.take(address)) || this.#byName.take(name)
    if (waitMs > 0) throw rateLimited(waitMs)
    let failed = false
    try {
      const result = await work()
      failed = result === undefined
      return result
    } finally {
      if (!failed) this.#byName.giveBack(name)
    }
  }
}

/** The user's address, as the edge noted it, or undefined for a caller of our own. */
export function addressOf(context: Context): string | undefined {
  const first = context.req.header('x-forwarded-for')?.split(',')[0]?.trim().slice(0, addressLengthMax)
  return first === '' ? undefined : first
}
