/**
 * A build on a machine whose clock is wrong by SKEW_MS: whatever reads the date, headers included, gets the wrong one.
 * Durations and timers are right, as they are on such a machine. Without SKEW_MS it does nothing.
 */
import { ServerResponse } from 'node:http'
import { announce } from './announce.ts'

const skewMs = Number(process.env.SKEW_MS ?? 0)
if (!Number.isSafeInteger(skewMs))
  throw new Error(`SKEW_MS must be a whole number, not "${process.env.SKEW_MS}"`)
if (skewMs !== 0) {
  globalThis.Date = skewed(globalThis.Date, skewMs)
  dateAnswers()
  announce('skewed-clock', { skewMs })
}

/** A `Date` whose now is another, and which is the same in all else. */
function skewed(RealDate: DateConstructor, byMs: number): DateConstructor {
  const now = () => RealDate.now() + byMs
  function SkewedDate(this: unknown, ...given: unknown[]): unknown {
    if (new.target === undefined) return new RealDate(now()).toString()
    const made = new.target === (SkewedDate as unknown) ? RealDate : new.target
    return Reflect.construct(RealDate, given.length === 0 ? [now()] : given, made)
  }
  const { prototype } = RealDate
  Object.defineProperty(prototype, 'constructor', { value: SkewedDate, writable: true, configurable: true })
  const parts = { prototype, now, parse: RealDate.parse, UTC: RealDate.UTC }
  for (const [name, value] of Object.entries(parts)) Object.defineProperty(SkewedDate, name, { value })
  return SkewedDate as unknown as DateConstructor
}

/** Node writes the header `date` of an answer from a clock of its own. */
function dateAnswers(): void {
  const { writeHead } = ServerResponse.prototype
  ServerResponse.prototype.writeHead = function (this: ServerResponse, ...given: unknown[]) {
    if (this.sendDate && !this.hasHeader('date')) this.setHeader('date', new Date().toUTCString())
    return Reflect.apply(writeHead, this, given)
  } as typeof writeHead
}
