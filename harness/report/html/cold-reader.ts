/** What somebody would ask who sees this for the first time. */
import type { RunResult } from '../../outcome/results.ts'
import { type Html, html } from './markup.ts'

const questions: readonly (readonly [string, string])[] = [
  [
    'What was done here?',
    'A miniature family of apps that share one auth service was started on this machine, with a database, front doors in four regions and a crowd of synthetic users. One thing was broken for some seconds, and put right again. Nothing outside this machine was touched.',
  ],
  [
    'What is a forced logout?',
    'Somebody had a valid session, and their browser or phone threw it away: because auth said that there was no such session, or because the app took “nobody answers” for “no”.',
  ],
  [
    'What is isolation?',
    'Each scenario says who may be harmed by what it breaks. Isolation is 1 when nobody else was, and 0 when nothing else worked any more. The app “rival” shares nothing with the others and must never be harmed.',
  ],
  [
    'Why is an outage “held”?',
    'A verdict is about a prediction: “without mitigations everybody is signed out” is one, and when it comes true it has held. How bad it was is in the numbers and the colour. “Not proven” means that nothing can be said, and is never green.',
  ],
  [
    'How do the architectures differ?',
    '“shared-fate” has no mitigation: what a family of apps becomes when nobody plans for auth to fail. “hardened” has all that work without splitting the family: no answer is not a no, people who were seen lately are served, changes go out in stages and are tried first, retries are bounded. “cellular” adds an auth and a database for each region.',
  ],
  [
    'Can I trust the numbers?',
    'Each fault is proved by a second witness, users come on a schedule that does not wait for answers, and a run with too little traffic, an unsteady beginning or a harmed control group is not proven. Times are compressed: seconds stand for minutes.',
  ],
]

export function coldReader(runs: readonly RunResult[]): Html {
  // Who runs one scenario has read this before, or wants to.
  return html`<details class="cold" ${runs.length > 3 ? '' : 'open'}>
    <summary>What am I looking at?</summary>
    <dl>${questions.map(([question, answer]) => html`<dt>${question}</dt><dd>${answer}</dd>`)}</dl>
  </details>`
}
