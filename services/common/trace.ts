/**
 * The trace that a request belongs to (W3C Trace Context, level 1), along all that is done for it: calls to others carry it
 * on, and what led to a refusal is written into the log under its name. Without a sampled `traceparent` nothing is kept.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'
import type { Log } from './log.ts'

/** A call to another service that was made for a request, and how it ended. */
export interface Hop {
  to: string
  path: string
  /** The answer's status; none if there was no answer. */
  status?: number
  /** Why there is no usable answer. */
  failure?: string
}

interface Trace {
  id: string
  hops: Hop[]
  reasons: string[]
}

const traces = new AsyncLocalStorage<Trace>()
const traceparent = /^[0-9a-f]{2}-([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})/
const noTrace = '0'.repeat(32)
const sampled = 1
/** More than any request needs. */
const kept = 8

const spanPrefix = randomBytes(4).toString('hex')
let spans = 0

/** Handles a request within its trace, where it has one. */
export function inTrace<T>(request: Request, handle: () => T): T {
  const header = request.headers.get('traceparent')
  if (header === null) return handle()
  const [, id = noTrace, flags = '00'] = traceparent.exec(header) ?? []
  if (id === noTrace || (Number.parseInt(flags, 16) & sampled) === 0) return handle()
  return traces.run({ id, hops: [], reasons: [] }, handle)
}

/** What a call for the present request carries. */
export function traceHeaders(): Record<string, string> {
  const trace = traces.getStore()
  if (!trace) return {}
  spans = (spans + 1) >>> 0
  return { traceparent: `00-${trace.id}-${spanPrefix}${spans.toString(16).padStart(8, '0')}-01` }
}

/** Notes a call that was made for the present request. */
export function noteHop(hop: Hop): void {
  const hops = traces.getStore()?.hops
  if (hops && hops.length < kept) hops.push(hop)
}

/** Notes why the present request is about to be refused, where that is known deeper down than it is answered. */
export function noteReason(reason: string): void {
  const reasons = traces.getStore()?.reasons
  if (reasons && reasons.length < kept) reasons.push(reason)
}

/** Writes down that a credential was refused, and all that led to it. */
export function logRefusal(log: Log, reason: string): void {
  const trace = traces.getStore()
  if (!trace) return
  const { id, hops, reasons } = trace
  log('credential-refused', { trace: id, reason: [reason, ...reasons].join(': '), hops })
}
