/** Runs as a results file has them, for tests of what is made of them. */
import type { Results, RunResult } from '../../../harness/outcome/results.ts'

export interface RunShape {
  scenario?: string
  architecture?: string
  verdict?: RunResult['verdict']
  isolation?: number
  /** Of valid sessions forced out. */
  share?: number
  forcedOut?: number
  title?: string
  seconds?: number
}

const apps = ['feed', 'messenger', 'photos', 'chat', 'ads', 'rival']

/** A run of the wrong issuer: the web falls, chat's phones go on. */
export function aRun({
  scenario = 'wrong-issuer',
  architecture = 'shared-fate',
  verdict = 'held',
  isolation = 0.3,
  share = 0.5,
  forcedOut = 10,
  title = 'A wrong issuer is pushed',
  seconds = 15,
}: RunShape = {}): RunResult {
  const row = (value: number) => Array.from({ length: seconds }, () => value)
  const falls = isolation < 0.9
  const group = (app: string, surface: 'web' | 'mobile') => ({
    app,
    surface,
    intended: row(10),
    good: Array.from({ length: seconds }, (_, n) => (falls && app !== 'rival' && n >= 3 && n < 9 ? 1 : 10)),
    signedOut: row(0),
    refused: row(0),
    failed: row(0),
    signedIn: row(12),
    forcedOut: row(0),
  })
  const segment = (app: string, surface: 'web' | 'mobile', harm: number) => ({
    app,
    surface,
    region: 'all',
    activity: 'browse' as const,
    inScope: false,
    steadyGoodput: 1,
    faultGoodput: 1 - harm,
    harm,
    p50Ms: 12,
    p99Ms: 80,
  })
  return {
    scenario,
    architecture,
    verdict,
    reasons: verdict === 'held' ? [] : ['expect(outcome).toIsolate()'],
    timelineMs: seconds * 1_000,
    wallMs: 20_000,
    about: {
      title,
      story: 'Somebody changes one line of the configuration.',
      cause: 'config',
      scope: [{ activity: 'sign-in' }],
      needs: ['config-validation'],
      needsOneOf: [],
      parts: [],
    },
    mitigations: architecture === 'shared-fate' ? [] : ['config-validation'],
    evidence: [
      {
        fault: 'config-push',
        target: 'auth',
        witness: 'acknowledgement of auth-1',
        observed: 'version 2 applied',
      },
    ],
    faults: [{ fault: 'config-push', target: 'auth', from: 3_000, until: 9_000 }],
    series: {
      stepMs: 1_000,
      groups: [...apps.map(app => group(app, 'web')), group('chat', 'mobile')],
      p50Ms: row(12),
      p99Ms: row(80),
      authRequests: row(120),
    },
    outcome: {
      isolation,
      forcedLogouts: { count: forcedOut, share },
      falseAccepts: 0,
      timeToContainMs: 0,
      timeToRecoverMs: falls ? 2_500 : 0,
      metastable: false,
      recovery: 'alone',
      amplification: 1.5,
      segments: [
        ...apps.map(app => segment(app, 'web', falls && app !== 'rival' ? 0.9 : 0)),
        segment('chat', 'mobile', 0),
      ],
      harmedOutside: falls
        ? [{ app: 'feed', surface: 'web', region: 'all', activity: 'browse', harm: 0.9 }]
        : [],
      refusedSignIns: { count: 20, share: 0.9, told: { 'wrong-password': 20, 'try-later': 0, other: 0 } },
      attribution: falls
        ? [
            {
              app: 'feed',
              surface: 'web',
              faults: ['config-push at auth'],
              hop: 'feed -> auth',
              answer: '200',
              decision: 'inactive',
              auth: 'inactive: the session was opened under another issuer',
              sessions: forcedOut,
              avoidable: forcedOut,
              unknown: 0,
            },
          ]
        : [],
      reportCurve: apps.map(app => ({ app, perSecond: row(1) })),
      refugees: 0,
      statusLevels: [{ app: 'feed', at: 4_000, level: 'high disruptions' }],
    },
  }
}

export function someResults(runs: RunResult[] = [aRun()]): Results {
  return {
    schema: 1,
    seed: 42,
    runtime: 'processes',
    startedAt: '2026-06-12T14:00:00.000Z',
    wallMs: 60_000,
    runs,
  }
}
