/**
 * Lays virtual time and seeded chance over what programs read them from: the globals, and Node's modules, whose named
 * exports follow. Nobody who runs in it has to know. Sockets and child processes are refused, but for the few ways to
 * the network that the harness itself takes (see sockets.ts), which lead into the virtual one.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import type { Random } from '../../crowd/random.ts'
import { HarnessError } from '../../errors.ts'
import type { Due, VirtualClock } from './clock.ts'
import { virtualCrypto } from './crypto.ts'
import { runningProcess } from './process.ts'
import { anySignal, VirtualAbortController } from './web-abort.ts'
import { VirtualHeaders } from './web-headers.ts'
import { VirtualResponse } from './web-messages.ts'

export interface VirtualWorld {
  clock: VirtualClock
  random: Random
  /** What the date is when the clock begins, ms since the epoch. */
  epochMs: number
  fetch: typeof fetch
  /** Laid over Node's modules, by module and name. */
  sockets: Readonly<Record<string, Record<string, unknown>>>
  /** How long a password hash takes; runs `then` after that. */
  hashed(then: () => void): void
}

/** A turn of the event loop takes a moment: who turns it until something is due would wait for ever otherwise. */
const turnMs = 0.05

/** Lays it over everything; the function that it gives takes it away again. */
export function enterVirtualWorld(world: VirtualWorld): () => void {
  const require = createRequire(import.meta.url)
  const undo: (() => void)[] = []
  const lay = (over: object, parts: Record<string, unknown>) => {
    for (const [name, value] of Object.entries(parts)) {
      const was = Object.getOwnPropertyDescriptor(over, name)
      Object.defineProperty(over, name, { value, writable: true, configurable: true, enumerable: true })
      undo.push(() => {
        if (was) Object.defineProperty(over, name, was)
        else Reflect.deleteProperty(over, name)
      })
    }
  }
  const timers = timersOn(world.clock)
  lay(globalThis, { ...timers, Date: dateOn(world), fetch: world.fetch })
  lay(globalThis, {
    Headers: VirtualHeaders,
    Response: VirtualResponse,
    AbortController: VirtualAbortController,
  })
  lay(performance, { now: () => world.clock.now })
  lay(process.hrtime, { bigint: () => BigInt(Math.round(world.clock.now * 1e6)) })
  lay(Math, { random: world.random })
  lay(AbortSignal, { timeout: timeoutSignal, any: anySignal })
  lay(require('node:timers'), timers)
  lay(require('node:timers/promises'), { setTimeout: sleep, setImmediate: () => sleep(turnMs) })
  const { module, subtle, global } = virtualCrypto(world)
  lay(require('node:crypto'), module)
  lay(crypto.subtle, subtle)
  lay(crypto, global)
  for (const [name, parts] of Object.entries(refusals())) lay(require(name), parts)
  for (const [name, parts] of Object.entries(world.sockets)) lay(require(name), parts)
  syncBuiltinESMExports()
  return () => {
    for (const each of undo.reverse()) each()
    syncBuiltinESMExports()
  }
}

/** A timer as Node gives it, as far as anybody uses it. */
class VirtualTimer {
  due: Due | undefined
  ref = () => this
  unref = () => this
  hasRef = () => true;

  [Symbol.dispose](): void {
    stop(this)
  }
}

function stop(timer: unknown): void {
  if (!(timer instanceof VirtualTimer) || !timer.due) return
  timer.due.run = undefined
  timer.due = undefined
}

type Callback = (...given: unknown[]) => void

/** Whole milliseconds, at least one, as Node has them. */
function grainOf(ms: unknown): number {
  const wanted = Number(ms)
  return wanted >= 1 && wanted <= 2 ** 31 - 1 ? Math.trunc(wanted) : 1
}

function timersOn(clock: VirtualClock) {
  const start = (timer: VirtualTimer, ms: number, callback: Callback, given: unknown[]): VirtualTimer => {
    const context = AsyncLocalStorage.snapshot()
    const process = runningProcess()
    const ring = () => {
      timer.due = undefined
      callback(...given)
    }
    timer.due = clock.after(ms, () => (process ? process.resumeIn(context, ring) : context(ring)))
    return timer
  }
  return {
    setTimeout: (callback: Callback, ms?: number, ...given: unknown[]) =>
      start(new VirtualTimer(), grainOf(ms), callback, given),
    setInterval: (callback: Callback, ms?: number, ...given: unknown[]) => {
      const timer = new VirtualTimer()
      const turn = () => {
        start(timer, grainOf(ms), turn, [])
        callback(...given)
      }
      return start(timer, grainOf(ms), turn, [])
    },
    setImmediate: (callback: Callback, ...given: unknown[]) =>
      start(new VirtualTimer(), turnMs, callback, given),
    clearTimeout: stop,
    clearInterval: stop,
    clearImmediate: stop,
  }
}

/** As that of `node:timers/promises`. */
function sleep<T>(ms?: number, value?: T, { signal }: { signal?: AbortSignal } = {}): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer)
      const error = new DOMException('The operation was aborted', 'AbortError')
      reject(error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort)
      resolve(value as T)
    }, ms)
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort, { once: true })
  })
}

function timeoutSignal(ms: number): AbortSignal {
  const controller = new AbortController()
  setTimeout(() => controller.abort(new DOMException('The operation timed out', 'TimeoutError')), ms)
  return controller.signal
}

/** A `Date` whose now is that of the world, or of the process that asks; the same in all else. */
function dateOn({ clock, epochMs }: VirtualWorld): DateConstructor {
  const RealDate = Date
  const now = () => Math.floor(epochMs + clock.now) + (runningProcess()?.skewMs ?? 0)
  function VirtualDate(this: unknown, ...given: unknown[]): unknown {
    if (new.target === undefined) return new RealDate(now()).toString()
    const made = new.target === (VirtualDate as unknown) ? RealDate : new.target
    return Reflect.construct(RealDate, given.length === 0 ? [now()] : given, made)
  }
  const parts = { prototype: RealDate.prototype, now, parse: RealDate.parse, UTC: RealDate.UTC }
  for (const [name, value] of Object.entries(parts)) Object.defineProperty(VirtualDate, name, { value })
  return VirtualDate as unknown as DateConstructor
}

/** What would leave the simulation. */
function refusals(): Record<string, Record<string, unknown>> {
  const refuse = (what: string) => () => {
    throw new HarnessError(`${what}: a simulation has no real sockets and starts no processes`)
  }
  const all = (module: string, names: readonly string[]) =>
    Object.fromEntries(names.map(name => [name, refuse(`${module}.${name}`)]))
  return {
    'node:net': all('net', ['connect', 'createConnection', 'createServer']),
    'node:tls': all('tls', ['connect', 'createServer']),
    'node:http': all('http', ['request', 'get', 'createServer']),
    'node:https': all('https', ['request', 'get', 'createServer']),
    'node:dns': all('dns', ['lookup', 'resolve']),
    'node:child_process': all('child_process', [
      'spawn',
      'exec',
      'execFile',
      'fork',
      'spawnSync',
      'execSync',
    ]),
  }
}
