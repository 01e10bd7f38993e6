/** What a load generator is told, and what it says. Both are one JSON text a line, over its standard streams. */
import { z } from 'zod'
import { isOwnDoor } from './own-door.ts'

/** The most that any generator does, whoever asks. */
export const requestsPerSecondMax = 2_000
/** How long a generator lives if nobody stops it, ms. */
export const lifeMsMax = 600_000
/** How long any client waits for an answer, ms. */
export const timeoutMsMax = 10_000

/** A client of the load: whom it speaks for, where it stands, and whom it asks. */
const callerSchema = z.strictObject({
  /** Base address of the door. Only this machine's own. */
  door: z
    .url()
    .refine(
      door => isOwnDoor(door),
      'a door of the load must be at 127.0.0.1 or in a container of this machine',
    ),
  host: z.string().min(1),
  address: z.string().min(1),
  username: z.string().min(1),
  password: z.string().min(1),
})
export type LoadCaller = z.output<typeof callerSchema>

const behaviours = z.discriminatedUnion('kind', [
  /** Everybody signs in, and tries again at once when refused, until they are in. */
  z.strictObject({ kind: z.literal('sign-in') }),
  /** Callers with a session look at their app, and each call that fails is made again at once, up to `retries` times. */
  z.strictObject({ kind: z.literal('retry'), retries: z.number().int().min(0).max(1_000) }),
  /** Calls over and over, whatever is answered. */
  z.strictObject({ kind: z.literal('call'), at: z.enum(['api', 'token']) }),
])
export type Behaviour = z.output<typeof behaviours>

export const loadPlanSchema = z.strictObject({
  behaviour: behaviours,
  client: z.enum(['web', 'phone', 'device', 'api']),
  callers: z.array(callerSchema).min(1),
  /** What is begun in a second: attempts to sign in, intents, or calls. */
  perSecond: z.number().positive().max(requestsPerSecondMax),
  /** How much may be under way at a time. */
  concurrencyMax: z.number().int().min(1).max(5_000),
  timeoutMs: z.number().int().min(1).max(timeoutMsMax),
  /** It ends by itself after this, ms. */
  maxMs: z.number().int().min(1).max(lifeMsMax),
})
export type LoadPlan = z.output<typeof loadPlanSchema>

/** What a generator has done so far, by its own count. */
const countsSchema = z.object({
  /** What was begun: attempts, intents or calls. */
  begun: z.number(),
  /** Calls made for it, repeated ones among them. */
  requests: z.number(),
  /** Of what was begun: what went well. */
  well: z.number(),
  inFlight: z.number(),
})
export type LoadCounts = z.output<typeof countsSchema>

export const loadReportSchema = z.discriminatedUnion('event', [
  /** It has what it needs, and begins when it is told. */
  z.object({ event: z.literal('ready') }),
  z.object({ event: z.literal('counts'), counts: countsSchema }),
  /** Nothing is under way any more. The last line. */
  z.object({ event: z.literal('stopped'), counts: countsSchema }),
])
export type LoadReport = z.output<typeof loadReportSchema>

/** The word, on a line of its own, at which a generator that is ready begins. */
export const beginWord = 'begin'

/** The word, on a line of its own, that stops a generator. The end of its input stops it too. */
export const stopWord = 'stop'
