/** Live progress, the scoreboard and the results file. What a run measured comes attached to its test. */
import type {
  FullConfig,
  FullResult,
  Reporter,
  Suite,
  TestCase,
  TestError,
  TestResult,
  TestStep,
} from '@playwright/test/reporter'
import { type Noise, readNoise } from '../outcome/noise.ts'
import { type Results, type RunResult, resultsVersion } from '../outcome/results.ts'
import { exitCodeOf } from '../outcome/verdict.ts'
import { type LogFile, writeRun } from '../report/files.ts'
import { reportIfPossible } from '../report/html/document.ts'
import { isLively, ProgressBlock, type RunningState, renderProgress } from '../report/progress.ts'
import { replayCommand } from '../report/replay.ts'
import { boardLines, headLines } from '../report/run-lines.ts'
import { verdictWord } from '../report/scoreboard.ts'
import { styleFor } from '../report/style.ts'
import { logsAttachment, runAttachment } from './attachments.ts'
import { snapshotIn, wantLive } from './live-channel.ts'
import { type Settings, settings } from './settings.ts'

const write = (line: string) => process.stdout.write(`${line}\n`)

export default class FirebreakReporter implements Reporter {
  readonly #runs: RunResult[] = []
  readonly #errors: string[] = []
  readonly #logs: LogFile[] = []
  readonly #settings = settings()
  readonly #style = styleFor(process.stdout)
  readonly #began = performance.now()
  readonly #startedAt = new Date().toISOString()
  /** `playwright test --list` runs nothing; Playwright's own list says it all. */
  readonly #isListing = process.argv.includes('--list')
  readonly #block = new ProgressBlock(process.stdout, isLively(process.stdout, process.env))
  readonly #running = new Map<string, RunningState>()
  readonly #tookMs: number[] = []
  #total = 0
  #selection: { names: string[]; architectures: string[] } = { names: [], architectures: [] }

  printsToStdio(): boolean {
    return !this.#isListing
  }

  onBegin(_config: FullConfig, suite: Suite): void {
    if (this.#isListing) return
    if (isLively(process.stdout, process.env)) wantLive()
    if (process.env.FIREBREAK_PARENT_PIPE) stopWithParent()
    stopWithReader()
    const tests = suite.allTests()
    this.#total = tests.length
    this.#selection = {
      names: [...new Set(tests.map(nameOf))],
      architectures: [...new Set(tests.map(architectureOf))],
    }
    const { names, architectures } = this.#selection
    const { FIREBREAK_SEED, FIREBREAK_RUNTIME } = this.#settings
    const { FIREBREAK_RUNTIME_CHOSEN = FIREBREAK_RUNTIME, FIREBREAK_RUNTIME_WHY } = process.env
    const runtime = `${FIREBREAK_RUNTIME_CHOSEN}${FIREBREAK_RUNTIME_WHY ? ` (${FIREBREAK_RUNTIME_WHY})` : ''}`
    const head = { names, architectures, runtime, seed: FIREBREAK_SEED }
    for (const line of headLines(head, this.#style)) write(line)
  }

  onStepBegin(test: TestCase, _result: TestResult, step: TestStep): void {
    if (step.category !== 'test.step') return
    this.#running.set(test.id, { ...this.#stateOf(test), phase: step.title })
    this.#progress(test, step.title)
  }

  onStdOut(chunk: string | Buffer, test?: TestCase): void {
    const snapshot = test && snapshotIn(String(chunk))
    if (!snapshot) {
      process.stdout.write(chunk)
      return
    }
    const state = this.#stateOf(test)
    this.#running.set(test.id, { ...state, snapshots: [...state.snapshots, snapshot] })
    this.#draw()
  }

  onStdErr(chunk: string | Buffer): void {
    process.stderr.write(chunk)
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    this.#running.delete(test.id)
    this.#tookMs.push(result.duration)
    const run = runOf(result)
    const logs = attachedTo(result, logsAttachment)
    if (logs !== undefined) this.#logs.push({ name: `${nameOf(test)}-${architectureOf(test)}`, text: logs })
    if (run) {
      this.#runs.push(run)
      const paint = run.verdict === 'held' ? this.#style.green : this.#style.red
      this.#progress(test, `${paint(verdictWord(run))} (${this.#runs.length} of ${this.#total})`)
    } else if (result.status === 'failed' || result.status === 'timedOut') {
      // It ended before there was a run: the stack did not start, or the test was cut off.
      const reasons = result.errors.map(({ message }) => message ?? '')
      this.#runs.push({
        scenario: nameOf(test),
        architecture: architectureOf(test),
        verdict: 'error',
        reasons: reasons.length > 0 ? reasons : [result.status],
        timelineMs: 0,
        wallMs: result.duration,
        evidence: [],
      })
      this.#progress(test, this.#style.red(verdictWord({ verdict: 'error' })))
    }
  }

  onError(error: TestError): void {
    this.#errors.push(error.message ?? error.value ?? 'unknown error')
  }

  async onEnd(result: FullResult): Promise<void> {
    if (this.#isListing) return
    this.#block.clear()
    for (const error of this.#errors) write(`\n${this.#style.red('error')}: ${error}`)
    if (this.#runs.length > 0) {
      for (const line of boardLines(this.#runs, this.#style, noiseFor(this.#settings))) write(line)
      if (this.#runs.some(({ verdict }) => verdict === 'error'))
        write(
          `\n  ${this.#style.dim('after an error, `firebreak doctor` shows whether anything is left, and removes it')}`,
        )
    }
    if (result.status === 'interrupted') write('\ninterrupted; everything that was started has been removed')
    write('')
    await this.#writeFiles(result.status === 'interrupted')
    const { FIREBREAK_SEED: seed, FIREBREAK_TWIN } = this.#settings
    const runtime = runtimeOf(this.#settings)
    const twin = FIREBREAK_TWIN === '1'
    write(`replay   ${replayCommand({ ...this.#selection, runtime, seed, twin })}`)
  }

  async #writeFiles(interrupted: boolean): Promise<void> {
    const { FIREBREAK_OUT, FIREBREAK_JSON, FIREBREAK_SEED } = this.#settings
    const results: Results = {
      schema: resultsVersion,
      seed: FIREBREAK_SEED,
      runtime: process.env.FIREBREAK_RUNTIME_CHOSEN === 'containers' ? 'containers' : 'processes',
      startedAt: this.#startedAt,
      wallMs: Math.round(performance.now() - this.#began),
      runs: this.#runs,
      errors: this.#errors,
      interrupted,
      exitCode: exitCodeOf(
        interrupted || this.#errors.length > 0 ? ['error'] : this.#runs.map(({ verdict }) => verdict),
      ),
    }
    const report = await reportIfPossible(results, problem =>
      write(`${this.#style.red('error')}    ${problem}`),
    )
    const { written, failed } = writeRun({
      report,
      out: FIREBREAK_OUT,
      copy: FIREBREAK_JSON,
      results,
      logs: this.#logs,
    })
    for (const problem of failed) write(`${this.#style.red('error')}    ${problem}`)
    for (const { what, path } of written) write(`${what.padEnd(8)} ${path}`)
  }

  #progress(test: TestCase, text: string): void {
    const seconds = ((performance.now() - this.#began) / 1000).toFixed(1).padStart(6)
    const where = `${nameOf(test).padEnd(16)} ${architectureOf(test).padEnd(12)}`
    this.#block.say(`${this.#style.dim(`${seconds} s`)}  ${where} ${text}`)
    this.#draw()
  }

  #stateOf(test: TestCase): RunningState {
    const known = this.#running.get(test.id)
    return known ?? { scenario: nameOf(test), architecture: architectureOf(test), phase: '', snapshots: [] }
  }

  #draw(): void {
    const state = {
      done: this.#runs.length,
      total: this.#total,
      elapsedMs: performance.now() - this.#began,
      tookMs: this.#tookMs,
      running: [...this.#running.values()],
    }
    this.#block.draw(renderProgress(state, process.stdout.columns ?? 80, this.#style))
  }
}

/** The noise floor of this runtime, if there is one. What is wrong with it was said at the start. */
function noiseFor({ FIREBREAK_NOISE, FIREBREAK_RUNTIME }: Settings): Noise | undefined {
  const noise = FIREBREAK_NOISE === undefined ? undefined : readNoise(FIREBREAK_NOISE)
  const { FIREBREAK_RUNTIME_CHOSEN = FIREBREAK_RUNTIME } = process.env
  return noise?.runtime === FIREBREAK_RUNTIME_CHOSEN ? noise : undefined
}

/** Stops the run, in order, when `firebreak run` is gone and with it the other end of the pipe. */
function stopWithParent(): void {
  process.stdin.on('error', () => {})
  process.stdin.once('end', () => process.kill(process.pid, 'SIGINT'))
  process.stdin.resume()
  const pipe: { unref?(): void } = process.stdin
  pipe.unref?.()
}

/** The same when nobody reads what it says any more, as after `firebreak run | head`. */
function stopWithReader(): void {
  const stop = () => process.kill(process.pid, 'SIGINT')
  process.stdout.once('error', stop)
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
}

function nameOf(test: TestCase): string {
  return test.title.split(':')[0] ?? test.title
}

function architectureOf(test: TestCase): string {
  return test.parent.project()?.name ?? ''
}

function runOf(result: TestResult): RunResult | undefined {
  const body = attachedTo(result, runAttachment)
  return body === undefined ? undefined : (JSON.parse(body) as RunResult)
}

function attachedTo(result: TestResult, wanted: string): string | undefined {
  return result.attachments.find(({ name }) => name === wanted)?.body?.toString()
}

/** The one that was chosen, where that was for us to choose. */
function runtimeOf({ FIREBREAK_RUNTIME, FIREBREAK_RUNTIME_CHOSEN }: Settings): string {
  return process.env.FIREBREAK_RUNTIME_CHOSEN ?? FIREBREAK_RUNTIME_CHOSEN ?? FIREBREAK_RUNTIME
}
