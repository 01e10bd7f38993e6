/** What came of one run: its predictions held, broke, could not be judged, or the harness itself failed. */
export type Verdict = (typeof verdicts)[number]

/** From good to bad: the worst of several decides. */
export const verdicts = ['held', 'not-proven', 'broke', 'error'] as const

/** The worst of several verdicts. Of none it is `not-proven`: nothing was judged, and that is never green. */
export function mergeVerdicts(several: readonly Verdict[]): Verdict {
  if (several.length === 0) return 'not-proven'
  return several.reduce((worst, each) => (verdicts.indexOf(each) > verdicts.indexOf(worst) ? each : worst))
}

const exitCodes = { held: 0, broke: 1, 'not-proven': 2, error: 3 } as const satisfies Record<Verdict, number>

/** The exit code of a command: 0 all held, 1 something broke, 2 nothing broke but something is not proven, 3 harness error. */
export function exitCodeOf(several: readonly Verdict[]): 0 | 1 | 2 | 3 {
  return exitCodes[mergeVerdicts(several)]
}
