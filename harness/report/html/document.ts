/**
 * The report: one HTML file that needs nobody, neither a server nor the network. Every run is in it as a template, which the
 * page's script takes out when somebody asks for it; so a hundred of them open as fast as one.
 *
 * The charts are uPlot's: 50 KB, where ECharts has a megabyte, and made for lines over time, which is what these are.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { messageOf } from '../../errors.ts'
import type { Results, RunResult } from '../../outcome/results.ts'
import type { Sensitivity } from '../../outcome/sensitivity-file.ts'
import { coldReader } from './cold-reader.ts'
import { type Html, html, percent, raw, scriptJson, slugOf, wide } from './markup.ts'
import { picturesOf } from './pictures.ts'
import { runPage } from './run.ts'
import { scenarioPage } from './scenario.ts'
import { scoreboardOf } from './scoreboard.ts'
import { sensitivitySection } from './sensitivity.ts'

const own = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8')
const uplot = (name: string) =>
  readFileSync(createRequire(import.meta.url).resolve(`uplot/dist/${name}`), 'utf8')

/** The whole file. `sensitivity`: what taking mitigations away showed, if that was asked. */
export async function reportOf(results: Results, sensitivity?: Sensitivity): Promise<string> {
  const { runs, runtime, seed } = results
  const pictures = picturesOf(runs)
  const indexed = runs.map((run, index) => ({ run, index }))
  const scenarios = [...Map.groupBy(indexed, ({ run }) => run.scenario)]
  const body = html`<body>
    <header class="top">
      <a class="skip" href="#view">Skip to the report</a>
      <h1><a href="#">firebreak</a></h1>
      <p>${runs.length} ${runs.length === 1 ? 'run' : 'runs'} on ${runtime}, seed ${seed}, ${results.startedAt.slice(0, 16).replace('T', ' ')} UTC</p>
      <button type="button" id="theme" aria-pressed="false">Dark</button>
    </header>
    <noscript><p>The scoreboard is all there is to see without JavaScript.</p></noscript>
    <main id="view" tabindex="-1">
      <div id="home">${summary(runs)} ${coldReader(runs)} ${wide('All runs', scoreboardOf(runs))}
        ${sensitivity === undefined ? '' : sensitivitySection(sensitivity)} ${leftOut(pictures.leftOut)}</div>
      <div id="detail" hidden></div>
    </main>
    ${scenarios.map(([name, own]) => template(name, scenarioPage({ name, runs: own, pictures })))}
    ${indexed.map(({ run, index }) => template(slugOf(run), runPage({ run, index, runtime, seed, pictures })))}
    <script type="application/json" id="data">${raw(scriptJson({ runs: runs.map(chartData), pictures: pictures.data }))}</script>
    <script>${raw(uplot('uPlot.iife.min.js'))}</script>
    <script>${raw(own('page.js'))}</script>
  </body>`
  const title = runs.length === 1 ? `${runs[0]?.scenario} on ${runs[0]?.architecture}` : `${runs.length} runs`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<link rel="icon" href="data:,">
<title>firebreak: ${await html`${title}`}</title>
<style>${uplot('uPlot.min.css')}${own('page.css')}</style>
</head>
${await body}
</html>
`
}

function template(name: string, content: Html): Html {
  return html`<template data-name="${name}">${content}</template>`
}

/** In two sentences, what came of it. */
function summary(runs: readonly RunResult[]): Html {
  const held = runs.filter(({ verdict }) => verdict === 'held').length
  const worst = runs
    .filter(({ outcome }) => (outcome?.forcedLogouts.share ?? 0) > 0)
    .toSorted((a, b) => (b.outcome?.forcedLogouts.share ?? 0) - (a.outcome?.forcedLogouts.share ?? 0))[0]
  return html`<p class="summary">
    <b>${held} of ${runs.length}</b> predictions held.
    ${
      worst?.outcome === undefined
        ? 'Nobody lost a valid session.'
        : html`The most sessions fell in <a href="#${slugOf(worst)}">${worst.scenario} on ${worst.architecture}</a>:
            <b>${percent(worst.outcome.forcedLogouts.share)}</b> of those that were valid.`
    }
  </p>`
}

function leftOut(count: number): Html {
  return count === 0
    ? html``
    : html`<p class="quiet">${count} pictures had no room in this file; they are in the folder of the results.</p>`
}

/** What the script draws of a run. */
function chartData({ series, outcome, faults = [] }: RunResult) {
  return {
    series,
    faults: faults.map(({ from, until }) => [from / 1_000, until / 1_000]),
    reports: outcome?.reportCurve ?? [],
    levels: outcome?.statusLevels ?? [],
  }
}

/** The same, or what is wrong where it cannot be made: the run itself is not lost by that. */
export async function reportIfPossible(
  results: Results,
  say: (problem: string) => void,
): Promise<string | undefined> {
  try {
    return await reportOf(results)
  } catch (error) {
    say(`the report could not be made: ${messageOf(error)}`)
    return undefined
  }
}
