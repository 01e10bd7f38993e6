/**
 * The results file (`firebreak run --json`), version 1. Fields are added, never renamed, and a reader passes on those
 * that it does not know.
 */
import { z } from 'zod'
import { messageOf, UsageError } from '../errors.ts'
import { activities, surfaces } from './history.ts'
import { verdicts } from './verdict.ts'

export const resultsVersion = 1

const share = z.number().min(0).max(1)
const count = z.int().min(0)
const milliseconds = z.number().min(0)

const segmentSchema = z.looseObject({
  app: z.string(),
  surface: z.enum(surfaces),
  /** `all` where the scenario does not tell regions apart. */
  region: z.string(),
  activity: z.enum(activities),
  inScope: z.boolean(),
  /** Null, with `harm`, where there was no traffic to measure. */
  steadyGoodput: share.nullable(),
  faultGoodput: share.nullable(),
  harm: share.nullable(),
  p50Ms: milliseconds.nullable(),
  p99Ms: milliseconds.nullable(),
  /** Looks at content kept on the device, while nothing came. Files of the first releases do not say. */
  fromDevice: count.optional(),
})

const groupSchema = z.looseObject({
  app: z.string(),
  surface: z.enum(surfaces),
  /** Always the true one: a session has one home. */
  region: z.string(),
  count,
  share,
  /** What `share` is a share of. Files of the first releases do not say. */
  alive: count.optional(),
})

const attributionSchema = z.looseObject({
  app: z.string(),
  surface: z.enum(surfaces),
  faults: z.array(z.string()),
  hop: z.string().nullable(),
  answer: z.string().nullable(),
  decision: z.string().nullable(),
  auth: z.string().nullable(),
  sessions: count,
  /** Of these, how many auth's own store called valid. */
  avoidable: count,
  unknown: count,
})

const outcomeSchema = z.looseObject({
  isolation: share,
  /** Files of the first releases have no groups. */
  forcedLogouts: z.looseObject({ count, share, groups: z.array(groupSchema).optional() }),
  falseAccepts: count,
  timeToContainMs: milliseconds.nullable(),
  timeToRecoverMs: milliseconds.nullable(),
  metastable: z.boolean(),
  amplification: z.number().min(0).nullable(),
  segments: z.array(segmentSchema),
  /** What follows came later than version 1: files of the first releases do not say. */
  harmedOutside: z
    .array(
      z.looseObject({
        app: z.string(),
        surface: z.enum(surfaces),
        region: z.string(),
        activity: z.enum(activities),
        harm: share,
      }),
    )
    .optional(),
  /** How it came back: by itself, only once load was taken off, or not even then. */
  recovery: z.enum(['alone', 'pushed', 'stuck']).nullable().optional(),
  cohorts: z.array(z.looseObject({ cohort: z.string(), alive: count, forcedOut: count, share })).optional(),
  refusedSignIns: z.looseObject({ count, share, told: z.record(z.string(), count) }).optional(),
  attribution: z.array(attributionSchema).optional(),
  /** Outage reports in each second of the timeline. */
  reportCurve: z.array(z.looseObject({ app: z.string(), perSecond: z.array(count) })).optional(),
  refugees: count.optional(),
  statusLevels: z.array(z.looseObject({ app: z.string(), at: z.number(), level: z.string() })).optional(),
})

const evidenceSchema = z.looseObject({
  fault: z.string(),
  target: z.string(),
  witness: z.string(),
  observed: z.string(),
})

/** What a real browser saw, look by look. */
const lookSchema = z.looseObject({
  app: z.string(),
  moment: z.string(),
  step: z.string(),
  sees: z.string(),
  told: z.string().optional(),
  httpStatus: z.int().optional(),
  tookMs: milliseconds.optional(),
  /** File name of the picture, in the folder. */
  screenshot: z.string().optional(),
})
const seenSchema = z.looseObject({ folder: z.string(), observations: z.array(lookSchema) })

const counts = z.array(count)

const groupSeriesSchema = z.looseObject({
  app: z.string(),
  surface: z.enum(surfaces),
  intended: counts,
  good: counts,
  signedOut: counts,
  refused: counts,
  failed: counts,
  signedIn: z.array(z.int()),
  forcedOut: counts,
})

const seriesSchema = z.looseObject({
  stepMs: milliseconds,
  groups: z.array(groupSeriesSchema),
  p50Ms: z.array(milliseconds.nullable()),
  p99Ms: z.array(milliseconds.nullable()),
  authRequests: counts.optional(),
})

/** What the scenario says of itself. */
const aboutSchema = z.looseObject({
  title: z.string(),
  story: z.string().optional(),
  cause: z.string(),
  source: z.string().optional(),
  /** How long the incident that it replays lasted, and how long the faults do. */
  compression: z.object({ lastedMs: milliseconds, faultMs: milliseconds }).optional(),
  /** What of the incident it does not show, or otherwise. */
  differs: z.string().optional(),
  scope: z.array(z.record(z.string(), z.union([z.string(), z.array(z.string()).readonly()]))),
  needs: z.array(z.string()),
  needsOneOf: z.array(z.array(z.string())).default([]),
  parts: z.array(z.string()),
})

const runSchema = z
  .looseObject({
    scenario: z.string(),
    architecture: z.string(),
    /** The incident that the scenario replays. */
    replays: z.string().optional(),
    verdict: z.enum(verdicts),
    reasons: z.array(z.string()),
    timelineMs: milliseconds,
    wallMs: milliseconds,
    evidence: z.array(evidenceSchema),
    /** What the faults' own undo did not mend and the harness had to, and why. Such a run is not proven. */
    dirtyRecovery: z.array(z.string()).optional(),
    /** Why it ended before its time: its `abortWhen`, or it was interrupted. Not proven, or broke by a false accept. */
    cutShort: z.string().optional(),
    /** What an observer from outside came to, and whether that is right. */
    diagnosis: z
      .looseObject({
        overall: z.looseObject({
          diagnosis: z.string(),
          evidence: z.string(),
          tookMs: milliseconds.nullable(),
        }),
        score: z.looseObject({ right: z.boolean().nullable(), expected: z.array(z.string()) }),
      })
      .optional(),
    /** What a real browser saw, or why there was none. */
    witness: z.union([z.looseObject({ missing: z.string() }), seenSchema]).optional(),
    /** How much of the shape of the incident it replays it shows. Only on a stack without mitigations. */
    fidelity: z
      .array(
        z.looseObject({
          fact: z.string(),
          observed: z.number().nullable(),
          atLeast: z.number().optional(),
          atMost: z.number().optional(),
          reproduced: z.boolean(),
        }),
      )
      .optional(),
    /** The same run without its faults, and what they added. Only with `--twin`. */
    twin: z.looseObject({ isolation: share, effect: z.looseObject({ isolation: z.number() }) }).optional(),
    /** Why it could not run there at all: not proven, and without an outcome. */
    notRunnable: z.string().optional(),
    about: aboutSchema.optional(),
    /** Those that its architecture has. */
    mitigations: z.array(z.string()).optional(),
    /** When the faults were on, ms on the clock of the run. */
    faults: z
      .array(z.looseObject({ fault: z.string(), target: z.string(), from: z.number(), until: z.number() }))
      .optional(),
    /** The run second by second. */
    series: seriesSchema.optional(),
    /** Only what was not run, or may have died before there was anything to measure, may be without. */
    outcome: outcomeSchema.optional(),
  })
  .refine(run => run.verdict === 'error' || run.notRunnable !== undefined || run.outcome !== undefined, {
    path: ['outcome'],
    message: 'missing: only a run with verdict "error" or one not runnable may be without',
  })
  .refine(
    run => run.verdict !== 'held' || (!run.dirtyRecovery?.length && !run.cutShort && !run.notRunnable),
    {
      path: ['verdict'],
      message: '"held" cannot be: it was cut short, recovered the hard way, or not run',
    },
  )

export const resultsSchema = z.looseObject({
  schema: z.literal(resultsVersion),
  seed: z.int(),
  runtime: z.enum(['containers', 'processes', 'simulation']),
  startedAt: z.iso.datetime({ offset: true }),
  wallMs: milliseconds,
  runs: z.array(runSchema),
  /** It was stopped: what is in `runs` is what was measured by then. */
  interrupted: z.boolean().optional(),
})

export type Results = z.infer<typeof resultsSchema>
export type RunResult = z.infer<typeof runSchema>
export type OutcomeResult = z.infer<typeof outcomeSchema>
export type SegmentResult = z.infer<typeof segmentSchema>
export type Look = z.infer<typeof lookSchema>
export type EvidenceResult = z.infer<typeof evidenceSchema>

/** What a browser saw of a run; undefined where nobody looked. */
export function seenBy(witness: RunResult['witness']): z.infer<typeof seenSchema> | undefined {
  // Either form takes fields that it does not know, so that a type guard of the language's own says nothing.
  return witness !== undefined && 'observations' in witness
    ? (witness as z.infer<typeof seenSchema>)
    : undefined
}

/** Reads a results file. `path` is only for the message. Throws a UsageError saying what is wrong with it, and where. */
export function parseResults(text: string, path: string): Results {
  const advice = 'Give a file written by "firebreak run --json".'
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new UsageError(`${path} is not a results file: it is not JSON (${messageOf(error)}). ${advice}`, {
      cause: error,
    })
  }
  const parsed = resultsSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(issue => `  ${placeOf(issue.path)}: ${issue.message}`)
  throw new UsageError(
    `${path} is not a results file of version ${resultsVersion}:\n${problems.join('\n')}\n${advice}`,
    { cause: parsed.error },
  )
}

/** `runs[0].outcome.isolation` */
function placeOf(path: readonly PropertyKey[]): string {
  const place = path.map(step => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('')
  return place.replace(/^\./, '') || 'the whole file'
}
