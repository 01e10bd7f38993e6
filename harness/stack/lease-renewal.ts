/**
 * Faults on the proxy are lent: they end by themselves unless they are renewed, so that a harness that dies leaves none
 * behind. This renews them for as long as the harness lives and has any.
 */

/** For how long a fault is lent, ms. */
export const leaseMs = 10_000
const renewEveryMs = 2_000
/** By then what was lent has ended by itself. */
const failuresMax = Math.ceil(leaseMs / renewEveryMs)

export class LeaseRenewal {
  readonly #renew: () => Promise<boolean>
  readonly #everyMs: number
  #timer: NodeJS.Timeout | undefined
  #failures = 0

  /** `renew` resolves to false where nothing is lent (any more), or the proxy lends nothing. */
  constructor(renew: () => Promise<boolean>, everyMs = renewEveryMs) {
    this.#renew = renew
    this.#everyMs = everyMs
  }

  /** To be called when something is lent. */
  begin(): void {
    this.#failures = 0
    this.#timer ??= this.#soon()
  }

  #soon(): NodeJS.Timeout {
    // Nobody has to wait for it: what is not renewed ends.
    return setTimeout(() => void this.#turn(), this.#everyMs).unref()
  }

  async #turn(): Promise<void> {
    const goesOn = await this.#renew().then(
      held => {
        this.#failures = 0
        return held
      },
      () => {
        this.#failures += 1
        return this.#failures < failuresMax
      },
    )
    this.#timer = goesOn ? this.#soon() : undefined
  }
}
