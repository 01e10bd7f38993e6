/** `firebreak run <scenario> --watch`: runs a scenario again whenever its file is saved, on a stack that stays up. */
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, watch } from 'node:fs'
import { dirname, join } from 'node:path'
import { HarnessError, messageOf, UsageError } from '../errors.ts'
import type { RunResult } from '../outcome/results.ts'
import { expect } from '../playwright/matchers.ts'
import { boardLines } from '../report/run-lines.ts'
import { verdictWord } from '../report/scoreboard.ts'
import { type Style, styleFor } from '../report/style.ts'
import { CutShort } from '../run/cut-short.ts'
import { freshModules } from '../run/fresh-modules.ts'
import { loadScenario, type NamedScenario, scenarioFile } from '../run/load-scenarios.ts'
import { ReadyCrowd } from '../run/ready-crowd.ts'
import { runScenario } from '../run/run-scenario.ts'
import { featuresOf, whyNotRunnable } from '../run/runnable.ts'
import { architectureOf, entryFor } from '../stack/architectures.ts'
import type { RealRuntime } from '../stack/driver.ts'
import { chooseRuntime, prepareRuntime } from '../stack/runtimes.ts'
import { type Stack, startStack } from '../stack/stack.ts'
import { removeDeadStacks } from '../stack/survey.ts'
import { onStopRequests } from './stop-requests.ts'

export interface WatchOptions {
  names: readonly string[]
  /** As it was asked for; default: hardened. */
  architecture: string | undefined
  runtime: string
  seed: number | undefined
}

/** Editors write a file in several steps, ms. */
const settleMs = 50
const write = (line: string) => void process.stdout.write(`${line}\n`)

/** Runs until it is told to stop. Resolves to 0; what the runs show is on the screen. */
export async function watchScenario({
  names,
  architecture = 'hardened',
  runtime,
  seed,
}: WatchOptions): Promise<number> {
  const [name, ...others] = names
  if (name === undefined || others.length > 0)
    throw new UsageError('--watch: name the one scenario that you are writing')
  if (architecture.includes(','))
    throw new UsageError('--watch: one architecture at a time, since one stack stays up')
  if (runtime === 'simulation') throw new UsageError('--watch: give a runtime with real services')
  const chosen = await chooseRuntime(runtime)
  const stop = new AbortController()
  const leave = onStopRequests({
    inOrder: () => {
      write('removing everything')
      stop.abort(new CutShort('interrupted'))
    },
    atOnce: () => process.exit(130),
  })
  await removeDeadStacks({ engine: chosen.runtime === 'containers' }, write)
  await prepareRuntime(chosen.runtime, write)
  const file = await scenarioFile(name)
  await using loop = new Loop({
    file,
    architecture: architectureOf(architecture).name,
    runtime: chosen.runtime,
    seed: seed ?? randomInt(2 ** 31 - 1),
    stop: stop.signal,
  })
  await loop.run()
  leave()
  return 0
}

interface LoopOptions {
  file: string
  architecture: string
  runtime: RealRuntime
  seed: number
  stop: AbortSignal
}

class Loop implements AsyncDisposable {
  readonly #options: LoopOptions
  readonly #style: Style = styleFor(process.stdout)
  #stack: { key: string; stack: Stack; crowd: ReadyCrowd } | undefined
  /** Aborted when the file is saved. */
  #saved = new AbortController()

  constructor(options: LoopOptions) {
    this.#options = options
  }

  async run(): Promise<void> {
    const { file, stop } = this.#options
    using modules = freshModules(dirname(file))
    using _watched = watchFolders(dirname(file), () => this.#saved.abort(new CutShort('the file was saved')))
    while (!stop.aborted) {
      this.#saved = new AbortController()
      const signal = AbortSignal.any([stop, this.#saved.signal])
      await this.#once(signal)
      if (stop.aborted) return
      if (!signal.aborted) write(this.#style.dim(`\nwaiting for ${file} to be saved; Ctrl-C ends it`))
      if (!signal.aborted) await once(signal, 'abort')
      modules.forget()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#drop()
  }

  /** One load and one run, as far as it comes. What is wrong is said, and waits for the next time. */
  async #once(signal: AbortSignal): Promise<void> {
    const began = performance.now()
    try {
      const named = await loadScenario(this.#options.file)
      const problem = this.#problemOf(named)
      if (problem !== undefined) return write(`${this.#style.yellow('not run')}  ${problem}`)
      const { stack, crowd } = await this.#stackFor(named)
      // Whoever saves again while it starts wants the later one.
      if (signal.aborted) return
      const run = await this.#play(named, { stack, crowd, signal }).finally(() => {
        if (!signal.aborted) crowd.keep(named.name, named.scenario)
      })
      if (!signal.aborted) this.#say(run, performance.now() - began)
    } catch (error) {
      if (signal.aborted) return
      // Without what makes each load another one for Node.
      write(`${this.#style.red('error')}    ${messageOf(error).replace(/\?\d+(?=:)/g, '')}`)
      // A harness that failed leaves a stack that nobody should go on with.
      if (error instanceof HarnessError) await this.#drop()
    }
  }

  #problemOf({ name, scenario }: NamedScenario): string | undefined {
    const { architecture, runtime } = this.#options
    if (!entryFor(scenario.verdict, architecture)) return `${name} predicts nothing for ${architecture}`
    return whyNotRunnable(scenario, { runtime, toxiproxyImage: process.env.FIREBREAK_TOXIPROXY_IMAGE })
  }

  #play(
    { name, scenario }: NamedScenario,
    { stack, crowd, signal }: { stack: Stack; crowd: ReadyCrowd; signal: AbortSignal },
  ): Promise<RunResult> {
    const began = performance.now()
    const phase = async (text: string) =>
      write(
        `${this.#style.dim(`${((performance.now() - began) / 1_000).toFixed(1).padStart(6)} s`)}  ${text}`,
      )
    const { seed } = this.#options
    return runScenario({ name, scenario, stack, seed, expect, phase, signal, ready: crowd.take(scenario) })
  }

  #say(run: RunResult, tookMs: number): void {
    for (const line of boardLines([run], this.#style)) write(line)
    const paint = run.verdict === 'held' ? this.#style.green : this.#style.red
    const beside = Math.max(0, tookMs - run.timelineMs)
    write(
      `\n${paint(verdictWord(run))} ${(beside / 1_000).toFixed(1)} s beside its timeline of ${run.timelineMs / 1_000} s`,
    )
  }

  /** The stack that is up, or another in its place if the scenario asks for other features now. */
  async #stackFor({ scenario }: NamedScenario): Promise<{ stack: Stack; crowd: ReadyCrowd }> {
    const features = featuresOf(scenario)
    const key = features.toSorted().join(' ')
    if (this.#stack?.key === key) return this.#stack
    await this.#drop()
    const { runtime, architecture, seed, stop } = this.#options
    write(`starting ${architecture} on ${runtime}`)
    const stack = await startStack({
      runtime,
      architecture: architectureOf(architecture),
      features,
      signal: stop,
    })
    this.#stack = { key, stack, crowd: new ReadyCrowd(stack, seed) }
    return this.#stack
  }

  async #drop(): Promise<void> {
    const held = this.#stack
    this.#stack = undefined
    await held?.crowd[Symbol.asyncDispose]()
    await held?.stack.stop()
  }
}

/** A folder and those in it, as they are now. Not the file: an editor puts another in its place. */
function watchFolders(folder: string, changed: () => void): Disposable {
  let settling: NodeJS.Timeout | undefined
  const below = readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isDirectory())
  const watchers = [folder, ...below.map(({ name }) => join(folder, name))].map(each =>
    watch(each, () => {
      clearTimeout(settling)
      settling = setTimeout(changed, settleMs)
    }),
  )
  return {
    [Symbol.dispose]: () => {
      clearTimeout(settling)
      for (const watcher of watchers) watcher.close()
    },
  }
}
