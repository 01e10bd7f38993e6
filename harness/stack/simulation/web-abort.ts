/**
 * `AbortController` as services and harness use it, for far less work than Node's: every simulated call makes one, and
 * hardly any of them is ever aborted.
 */

type Listener = ((event: Event) => void) | { handleEvent(event: Event): void }

/** Made on top of the real one, so that it is an `AbortSignal` to whoever asks. */
class VirtualSignal {
  aborted = false
  reason: unknown = undefined
  onabort: ((event: Event) => void) | null = null
  #listeners: { listener: Listener; once: boolean }[] = []

  addEventListener(type: string, listener: Listener | null, options?: { once?: boolean } | boolean): void {
    if (type !== 'abort' || listener === null) return
    if (this.#listeners.some(each => each.listener === listener)) return
    const once = typeof options === 'object' && options.once === true
    this.#listeners.push({ listener, once })
  }

  removeEventListener(type: string, listener: Listener | null): void {
    if (type === 'abort') this.#listeners = this.#listeners.filter(each => each.listener !== listener)
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason
  }

  abort(reason: unknown): void {
    if (this.aborted) return
    this.aborted = true
    this.reason = reason
    const event = new Event('abort')
    const listeners = this.#listeners
    this.#listeners = listeners.filter(({ once }) => !once)
    this.onabort?.(event)
    for (const { listener } of listeners)
      if (typeof listener === 'function') listener.call(this, event)
      else listener.handleEvent(event)
  }
}
Object.setPrototypeOf(VirtualSignal.prototype, AbortSignal.prototype)

/** Laid over the global one. */
export class VirtualAbortController {
  readonly #signal = new VirtualSignal()

  get signal(): AbortSignal {
    return this.#signal as unknown as AbortSignal
  }

  abort(reason: unknown = new DOMException('This operation was aborted', 'AbortError')): void {
    this.#signal.abort(reason)
  }
}

/** Laid over `AbortSignal.any`: aborted with the first of them. */
export function anySignal(signals: Iterable<AbortSignal>): AbortSignal {
  const controller = new VirtualAbortController()
  const all = [...signals]
  const first = all.find(({ aborted }) => aborted)
  if (first) controller.abort(first.reason)
  else
    for (const signal of all)
      signal.addEventListener('abort', () => controller.abort(signal.reason), { once: true })
  return controller.signal
}
