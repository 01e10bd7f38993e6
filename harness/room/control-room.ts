/** What is done to a stack that is kept running: faults put on and taken off, scenarios played, mitigations switched. */
import { randomBytes } from 'node:crypto'
import { HarnessError, messageOf, UsageError } from '../errors.ts'
import { constructorOf } from '../faults/catalogue.ts'
import type { Evidence, Fault } from '../faults/fault.ts'
import { within } from '../run/deadline.ts'
import type { NamedScenario } from '../run/load-scenarios.ts'
import { featuresOf, lackingOf } from '../run/runnable.ts'
import { playTimeline } from '../run/timeline.ts'
import { type FaultOn, takeOff } from '../run/undo.ts'
import { type Mitigation, mitigations } from '../stack/architectures.ts'
import type { Stack } from '../stack/stack.ts'
import { switchable, switchedServices } from './switched-services.ts'

const stepLimitMs = 15_000
const hardLimitMs = 60_000
const linesKept = 40

/** What is asked for cannot be while something else is going on. */
export class Conflict extends UsageError {
  override readonly name = 'Conflict'
}

export interface FaultView {
  id: string
  kind: string
  target: string
  params: Readonly<Record<string, unknown>>
  sinceMs: number
  evidence: readonly Evidence[]
}

export interface RoomLine {
  at: number
  text: string
}

interface Standing {
  id: string
  on: FaultOn
  evidence: readonly Evidence[]
}

export class ControlRoom {
  readonly #stack: Stack
  readonly #switchable: readonly string[]
  readonly #scenarios: readonly NamedScenario[]
  readonly #standing = new Map<string, Standing>()
  readonly #began = performance.now()
  readonly lines: RoomLine[] = []
  #mitigations: ReadonlySet<string>
  #playing: { name: string; phase: string; stop: AbortController; over: Promise<void> } | undefined
  #switching: string | undefined

  constructor(stack: Stack, scenarios: readonly NamedScenario[]) {
    this.#switchable = switchable(stack.topology)
    this.#stack = {
      ...stack,
      services: switchedServices(stack.services, this.#switchable, () => this.#mitigations),
    }
    this.#scenarios = scenarios
    this.#mitigations = new Set(stack.architecture.mitigations)
  }

  get faults(): FaultView[] {
    return [...this.#standing.values()].map(({ id, on, evidence }) => ({
      id,
      kind: on.fault.kind,
      target: on.fault.target,
      params: on.fault.params,
      sinceMs: Math.round(this.#now() - on.from),
      evidence,
    }))
  }

  get playing(): { name: string; phase: string } | undefined {
    return this.#playing && { name: this.#playing.name, phase: this.#playing.phase }
  }

  /** What is being switched, in words. */
  get switching(): string | undefined {
    return this.#switching
  }

  /** Every mitigation and whether it is on. `cells` is how the stack is built, and cannot be switched. */
  get mitigations(): { name: Mitigation; isOn: boolean; isFixed: boolean }[] {
    return mitigations.map(name => ({
      name,
      isOn: this.#mitigations.has(name),
      isFixed: name === 'cells',
    }))
  }

  /**
   * Puts a fault on. Rejects with a ScenarioError for parameters that make no sense, with a UsageError for a kind or a
   * target that there is not, and with a Conflict where another one holds what it acts on.
   */
  async inject(kind: string, params: unknown): Promise<FaultView> {
    const construct = constructorOf(kind)
    if (!construct) throw new UsageError(`there is no fault "${kind}"`)
    const fault = construct(params)
    const { topology, features, runtime } = this.#stack
    const lacking = lackingOf(fault.needs, features)
    const problems = [
      ...fault.problems(topology),
      ...(fault.runtimes[runtime] === undefined ? [`it cannot be had on ${runtime}`] : []),
      ...(lacking.length > 0 ? [`the stack lacks ${lacking.join(', ')}`] : []),
    ]
    if (problems.length > 0) throw new UsageError(`${kind}: ${problems.join('; ')}`)
    this.#refuseOverlap(fault)
    const id = randomBytes(4).toString('hex')
    const name = `${fault.kind} at ${fault.target}`
    // Held from now on: what another one would act on must not be free while this one is on its way.
    const on: FaultOn = { name, fault, from: this.#now(), injected: notYet }
    const standing: Standing = { id, on, evidence: [] }
    this.#standing.set(id, standing)
    try {
      const injecting = fault.inject(this.#stack)
      on.injected = await within(stepLimitMs, `${name} could not be put on`, injecting).catch(error => {
        injecting.then(late => late.undo()).catch(() => {})
        throw error
      })
    } catch (error) {
      this.#standing.delete(id)
      this.#say(`${name} could not be put on: ${messageOf(error)}`)
      throw error
    }
    this.#say(`fault on: ${name}`)
    return { id, kind, target: fault.target, params: fault.params, sinceMs: 0, evidence: [] }
  }

  /** Takes one off. Rejects with a UsageError if it is not on. */
  async undo(id: string): Promise<void> {
    const standing = this.#standing.get(id)
    if (!standing || standing.on.injected === notYet) throw new UsageError(`no fault "${id}" is on`)
    const { on } = standing
    const dirty = await takeOff(on, this.#stack, { undoMs: stepLimitMs, hardMs: hardLimitMs })
    this.#standing.delete(id)
    this.#say(dirty === undefined ? `fault off: ${on.name}` : `fault off, the hard way: ${dirty}`)
  }

  /** Asks every fault that is on what shows that it has taken effect. */
  async lookForEvidence(): Promise<void> {
    await Promise.all(
      [...this.#standing.values()].map(async standing => {
        if (standing.on.injected === notYet) return
        standing.evidence = await standing.on.injected.evidence().catch(() => standing.evidence)
      }),
    )
  }

  /** Plays a scenario's faults on its timeline; resolves once that has begun. */
  async play(name: string): Promise<void> {
    const found = this.#scenarios.find(each => each.name === name)
    if (!found) throw new UsageError(`there is no scenario "${name}"`)
    if (this.#playing) throw new Conflict(`${this.#playing.name} is being played; stop it first`)
    this.#refuseWhileSwitching()
    const lacking = lackingOf(featuresOf(found.scenario), this.#stack.features)
    if (lacking.length > 0)
      throw new UsageError(`${name} needs ${lacking.join(', ')}: start with --parts ${lacking.join(',')}`)
    for (const { fault } of found.scenario.schedule) this.#refuseOverlap(fault)
    const stop = new AbortController()
    const began = performance.now()
    const playing = { name, phase: 'steady state', stop, over: Promise.resolve() }
    playing.over = playTimeline({
      scenario: found.scenario,
      stack: this.#stack,
      clock: { now: () => performance.now() - began },
      phase: async text => {
        playing.phase = text
        this.#say(`${name}: ${text}`)
      },
      signal: stop.signal,
    })
      .then(() => this.#say(`${name}: over`))
      .catch(error => this.#say(`${name}: ${stop.signal.aborted ? 'stopped' : messageOf(error)}`))
      .finally(() => {
        this.#playing = undefined
      })
    this.#playing = playing
    this.#say(`playing ${name}`)
  }

  async stopPlaying(): Promise<void> {
    const playing = this.#playing
    if (!playing) throw new UsageError('no scenario is being played')
    playing.stop.abort(new Error('stopped'))
    await playing.over
  }

  /**
   * Switches a mitigation: the family's services are started anew with it, or without, two at a time. Rejects with a
   * Conflict while anything is broken, since a service that is started anew is not the one that a fault acts on.
   */
  async switchMitigation(name: string, isOn: boolean): Promise<void> {
    const known = this.mitigations.find(each => each.name === name)
    if (!known) throw new UsageError(`there is no mitigation "${name}"`)
    if (known.isFixed)
      throw new UsageError(`${name} is how a stack is built: start another with --architecture`)
    this.#refuseWhileSwitching()
    if (this.#standing.size > 0 || this.#playing)
      throw new Conflict('something is broken: undo it first, since the services are started anew')
    if (known.isOn === isOn) return
    const wanted = new Set(this.#mitigations)
    if (isOn) wanted.add(name)
    else wanted.delete(name)
    this.#switching = `${name} ${isOn ? 'on' : 'off'}`
    this.#say(`switching ${this.#switching}`)
    try {
      await this.#restartWith([...wanted])
      this.#mitigations = wanted
      this.#say(`${name} is ${isOn ? 'on' : 'off'}`)
    } catch (error) {
      this.#say(`${name} could not be switched: ${messageOf(error)}`)
      throw error
    } finally {
      this.#switching = undefined
    }
  }

  /** Takes everything off, the latest first. Says what could not be, and goes on. */
  async close(): Promise<void> {
    this.#playing?.stop.abort(new Error('stopped'))
    await this.#playing?.over
    for (const { id, on } of [...this.#standing.values()].reverse()) {
      if (on.injected !== notYet) await this.undo(id).catch(error => this.#say(messageOf(error)))
    }
  }

  async #restartWith(wanted: readonly string[]): Promise<void> {
    const version = { env: { MITIGATIONS: wanted.join(',') } }
    const queue = [...this.#switchable]
    const worker = async () => {
      for (let name = queue.shift(); name !== undefined; name = queue.shift())
        await this.#stack.services.start(name, version)
    }
    await Promise.all([worker(), worker()])
  }

  #refuseOverlap(fault: Fault): void {
    const { topology } = this.#stack
    const held = fault.holds(topology)
    const other = [...this.#standing.values()].find(({ on }) =>
      on.fault.holds(topology).some(hold => held.includes(hold)),
    )
    if (other) throw new Conflict(`${other.on.name} is on and holds the same: undo it first`)
    this.#refuseWhileSwitching()
  }

  #refuseWhileSwitching(): void {
    if (this.#switching !== undefined) throw new Conflict(`${this.#switching} is being switched: wait for it`)
  }

  #now(): number {
    return performance.now() - this.#began
  }

  #say(text: string): void {
    this.lines.push({ at: Date.now(), text })
    this.lines.splice(0, this.lines.length - linesKept)
  }
}

/** Stands in until a fault is on. */
const notYet: FaultOn['injected'] = {
  evidence: async () => [],
  undo: async () => {
    throw new HarnessError('it is not on yet')
  },
}
