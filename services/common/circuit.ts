/**
 * When a circuit opens: after a run of failures too long for chance, five in a row where hardly any call failed before,
 * more where some fail all along. A dependency that fails 30 % at random loses five in a row once in some 400 calls; a
 * breaker that took that for a breakdown would open and close for ever and do more harm than the fault.
 *
 * All else is cockatiel's: being open, waiting, the one probe.
 */
import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  circuitBreaker,
  ExponentialBackoff,
  halfJitterGenerator,
  handleAll,
  type IBreaker,
} from 'cockatiel'

export interface CircuitOptions {
  onOpen?: () => void
  onClose?: () => void
  /** How long it stays open before the first probe, ms; spread over the upper half. */
  openMs?: number
  /** How long at most, after failed probes, ms. */
  openMsMax?: number
}

const shortestRun = 5
const longestRun = 20
/** How often a run of failures may be taken for a breakdown by mistake, as a share of calls. */
const mistakenShare = 1e-5
/** Weight of the newest call in the share of failures. */
const shareWeight = 1 / 20

/** Failures in a row that open a circuit of whose calls this share (0 to 1) failed before. */
export function openingRun(failureShare: number): number {
  if (failureShare <= 0) return shortestRun
  const run = Math.ceil(Math.log(mistakenShare) / Math.log(Math.min(failureShare, 0.99)))
  return Math.min(longestRun, Math.max(shortestRun, run))
}

/** Opens a circuit after `openingRun` failures in a row. */
class OpeningRule implements IBreaker {
  state = { run: 0, share: 0, shareBeforeRun: 0, opened: false }

  success(circuit: CircuitState): void {
    const { state } = this
    if (circuit === CircuitState.HalfOpen) state.opened = false
    else if (state.opened) return
    else state.share -= state.share * shareWeight
    state.run = 0
  }

  failure(): boolean {
    const { state } = this
    // Calls that set out before it opened say nothing about how things are now: they must not cut a probe short.
    if (state.opened) return false
    if (state.run === 0) state.shareBeforeRun = state.share
    state.run += 1
    state.share += (1 - state.share) * shareWeight
    state.opened = state.run >= openingRun(state.shareBeforeRun)
    return state.opened
  }
}

/** A circuit breaker whose callers never wait: what it does not let through it refuses at once. */
export class Circuit {
  readonly #policy: CircuitBreakerPolicy
  #probeAt = 0

  constructor({
    onOpen = () => {},
    onClose = () => {},
    openMs = 500,
    openMsMax = 2 * openMs,
  }: CircuitOptions = {}) {
    const halfOpenAfter = new ExponentialBackoff<number>({
      initialDelay: openMs,
      maxDelay: openMsMax,
      // Spread, so that a service on its knees is not probed by everybody at once.
      generator: (attempts, options) => {
        const [waitMs, next] = halfJitterGenerator(attempts, options)
        this.#probeAt = Date.now() + waitMs
        return [waitMs, next]
      },
    })
    this.#policy = circuitBreaker(handleAll, { breaker: new OpeningRule(), halfOpenAfter })
    let told = false
    this.#policy.onBreak(() => {
      // A failed probe breaks it again, which is no news.
      if (!told) onOpen()
      told = true
    })
    this.#policy.onReset(() => {
      told = false
      onClose()
    })
  }

  /** Whether a call would be let through now. */
  get passable(): boolean {
    const { state } = this.#policy
    return state === CircuitState.Closed || (state === CircuitState.Open && Date.now() >= this.#probeAt)
  }

  /** Makes a call, whose rejection counts as a failure; rejects with BrokenCircuitError if it is not let through. */
  async execute<T>(call: () => Promise<T>): Promise<T> {
    // The policy would have it wait for what comes of the probe.
    if (this.#policy.state === CircuitState.HalfOpen) throw new BrokenCircuitError()
    return this.#policy.execute(call)
  }
}
