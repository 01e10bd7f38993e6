/** Results as JUnit XML, which every CI reads: an architecture is a suite, a scenario is a case. */
import type { Results, RunResult } from '../outcome/results.ts'

export function junitOf({ runs, runtime, seed, wallMs }: Results): string {
  const suites = [...Map.groupBy(runs, ({ architecture }) => architecture)].map(([name, own]) => {
    const counts = `tests="${own.length}" failures="${countOf(own, 'broke')}" errors="${countOf(own, 'error')}" skipped="${countOf(own, 'not-proven')}"`
    return [
      `  <testsuite name="${escaped(name)}" ${counts} time="${secondsOf(own)}">`,
      `    <properties><property name="runtime" value="${escaped(runtime)}"/><property name="seed" value="${seed}"/></properties>`,
      ...own.flatMap(caseOf),
      '  </testsuite>',
    ]
  })
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="firebreak" tests="${runs.length}" failures="${countOf(runs, 'broke')}" errors="${countOf(runs, 'error')}" time="${(wallMs / 1_000).toFixed(3)}">`,
    ...suites.flat(),
    '</testsuites>',
    '',
  ].join('\n')
}

const countOf = (runs: readonly RunResult[], verdict: RunResult['verdict']) =>
  runs.filter(run => run.verdict === verdict).length

function secondsOf(runs: readonly RunResult[]): string {
  return (runs.reduce((sum, { wallMs }) => sum + wallMs, 0) / 1_000).toFixed(3)
}

/** What is not proven is neither passed nor failed, and shown as skipped, with why. */
function caseOf({ scenario, architecture, verdict, reasons, wallMs }: RunResult): string[] {
  const head = `    <testcase classname="${escaped(architecture)}" name="${escaped(scenario)}" time="${(wallMs / 1_000).toFixed(3)}"`
  if (verdict === 'held') return [`${head}/>`]
  const tag = { broke: 'failure', error: 'error', 'not-proven': 'skipped' }[verdict]
  const message = escaped(reasons[0]?.split('\n')[0] ?? verdict)
  return [
    `${head}>`,
    `      <${tag} message="${message}">${escaped(reasons.join('\n'))}</${tag}>`,
    '    </testcase>',
  ]
}

/** XML 1.0 has no place for most control characters, not even escaped. */
function escaped(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
  )
}
