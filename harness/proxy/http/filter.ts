/**
 * What the http toxics of a proxy do to one connection. It stands at the client's end of both links:
 *
 *   client ──> requests ──> upstream link's toxics ──> server
 *   client <── answers <── downstream link's toxics <── server
 *
 * and comes with the first http toxic and goes with the last. Requests go on one after another, each when the one before
 * it is answered. On a connection that stands already it begins with the first read that begins with a request: where
 * clients wait for each answer, as nearly all do, that is where a request begins and nothing is under way. It is sure of
 * that when the answer has come and nothing else before it; until then it holds nothing back that it would not give up.
 */
import type { Socket } from 'node:net'
import { Alarm } from '../alarm.ts'
import type { Link } from '../link.ts'
import type { Place } from '../slot.ts'
import type { Direction } from '../stage.ts'
import type { Toxic } from '../toxic.ts'
import { type AnswerHost, AnswerSide } from './answers.ts'
import { Exchange } from './exchange.ts'
import { givenAnswer } from './given-answer.ts'
import type { RequestHead } from './head.ts'
import { planFor } from './plan.ts'
import { type Fate, type RequestHost, RequestSide } from './requests.ts'
import type { HttpToxics } from './toxics.ts'

export interface HttpFilterOptions {
  client: Socket
  links: Readonly<Record<Direction, Link>>
  toxics: HttpToxics
  connection: { close(): void; reset(): void; fault(error: unknown): void }
}

export class HttpFilter implements RequestHost, AnswerHost {
  readonly #options: HttpFilterOptions
  readonly #alarm = new Alarm(() => this.guard(() => this.#proceed()))
  /** Whether a toxic acts on this connection is drawn once. */
  readonly #draws = new WeakMap<Toxic, number>()
  readonly #touched = new WeakSet<Toxic>()
  /** `never`: given up, or the connection is over. */
  #state: 'off' | 'on' | 'never' = 'off'
  #requests = new RequestSide(this)
  #answers = new AnswerSide(this)
  #exchange: Exchange | undefined
  /** Surely requests and answers are told apart at the right places. */
  #proven = false
  /** The exchange waits for the alarm. */
  #waits = false

  constructor(options: HttpFilterOptions) {
    this.#options = options
  }

  /** The toxics have changed. */
  refresh(): void {
    const { toxics } = this.#options
    if (this.#state === 'off' && toxics.any) this.guard(() => this.#mount())
    else if (this.#state === 'on') this.guard(() => this.#adapt())
  }

  /** The connection is over. */
  destroy(): void {
    this.#state = 'never'
    this.#alarm.clear()
    this.#exchange = undefined
    this.#requests.destroy()
    this.#answers.destroy()
  }

  // --- for both its sides ---

  get exchange(): Exchange | undefined {
    return this.#exchange
  }

  ready(place: Place): void {
    const { upstream, downstream } = this.#options.links
    const link = place === this.#requests ? upstream : downstream
    link.ready(place)
  }

  guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#options.connection.fault(error)
    }
  }

  giveUp(why: 'tunnel' | 'unparsed'): void {
    if (this.#state !== 'on') return
    if (why === 'unparsed') this.#options.toxics.counters.unparsed += 1
    // A request that was to be answered here has not gone on: what follows it must not either.
    if (this.#exchange?.plan?.answer) this.hangUp('close')
    else this.#unmount('never')
  }

  hangUp(how: 'close' | 'reset'): void {
    const { client, connection } = this.#options
    this.destroy()
    const end = () => (how === 'close' ? connection.close() : connection.reset())
    if (!client.writable) end()
    else if (how === 'close') client.end(end)
    else client.write('', end)
  }

  // --- for the side of the requests ---

  get busy(): boolean {
    return this.#exchange !== undefined
  }

  synchronised(): void {
    this.#answers.start()
  }

  misjudged(): boolean {
    if (this.#proven || !this.#mayLeave) return false
    this.#exchange = undefined
    this.#answers.release()
    return true
  }

  begin(request: RequestHead, raw: Buffer): Fate {
    const { toxics } = this.#options
    const plan = this.#answers.open ? planFor(request, toxics, toxic => this.#acts(toxic)) : undefined
    const exchange = new Exchange(request, plan, this.#touched)
    this.#exchange = exchange
    for (const { toxic } of plan?.delays ?? []) exchange.touch(toxic, raw.length)
    this.#setAlarm(exchange)
    if (plan?.answer) return exchange.expectsContinue ? 'answer-at-once' : 'answer'
    exchange.asked = !this.#waits
    return this.#waits ? 'wait' : 'forward'
  }

  requestDone(): void {
    const exchange = this.#exchange
    if (exchange === undefined) return
    exchange.requestDone = true
    if (exchange.answerDone) this.#endExchange()
    else if (!this.#waits) this.#answer(exchange)
  }

  // --- for the side of the answers ---

  answerDone(): void {
    const exchange = this.#exchange
    if (exchange === undefined) return
    exchange.answerDone = true
    if (exchange.requestDone) this.#endExchange()
  }

  // --- internal ---

  #mount(): void {
    const { client, links } = this.#options
    this.#state = 'on'
    this.#requests = new RequestSide(this)
    this.#answers = new AnswerSide(this)
    // What the client has sent already may be the first half of something.
    const fresh = client.bytesRead === 0
    this.#proven = fresh
    this.#requests.start(fresh ? 'head' : 'watch')
    if (fresh) this.#answers.start()
    links.upstream.setFilter(this.#requests)
    links.downstream.setFilter(this.#answers)
  }

  #unmount(state: 'off' | 'never'): void {
    const { links } = this.#options
    this.#state = state
    this.#alarm.clear()
    this.#waits = false
    this.#exchange = undefined
    this.#requests.release()
    this.#answers.release()
    links.upstream.setFilter(undefined)
    links.downstream.setFilter(undefined)
  }

  /** Other toxics, or others than they were: what waits may wait for less, and goes at once if for none. */
  #adapt(): void {
    if (this.#exchange !== undefined && this.#waits) {
      this.#setAlarm(this.#exchange)
      if (!this.#waits) this.#proceed()
    }
    if (this.#state === 'on' && !this.#options.toxics.any && this.#mayLeave) this.#unmount('off')
  }

  /** Nothing has been put in the place of something else that is still to come. */
  get #mayLeave(): boolean {
    return this.#exchange?.plan?.answer === undefined && !this.#answers.rewrites
  }

  #acts(toxic: Toxic): boolean {
    let draw = this.#draws.get(toxic)
    if (draw === undefined) {
      draw = this.#options.toxics.random()
      this.#draws.set(toxic, draw)
    }
    return draw < toxic.toxicity
  }

  #setAlarm({ plan, beganAt }: Exchange): void {
    const delays = plan?.delays.filter(({ toxic }) => toxic.evidence.active) ?? []
    this.#waits = delays.length > 0
    if (this.#waits) this.#alarm.set(delays.reduce((dueAt, { what }) => dueAt + what, beganAt))
    else this.#alarm.clear()
  }

  /** The exchange has waited long enough. */
  #proceed(): void {
    const exchange = this.#exchange
    this.#waits = false
    if (exchange === undefined) return
    if (exchange.plan?.answer === undefined) {
      exchange.asked = true
      this.#requests.forward()
    } else if (exchange.requestDone) this.#answer(exchange)
  }

  /** Answers a request here, if that is the plan. */
  #answer(exchange: Exchange): void {
    const answer = exchange.plan?.answer
    if (answer === undefined) return
    const keeps = exchange.keepsAlive && !exchange.expectsContinue
    const { head, body } = givenAnswer(answer.what, exchange.request, keeps)
    exchange.touch(answer.toxic, head.length + body.length)
    this.#answers.give(exchange, head, body)
    if (keeps) this.answerDone()
    else if (this.#state === 'on') this.hangUp('close')
  }

  #endExchange(): void {
    this.#exchange = undefined
    this.#proven = true
    if (!this.#options.toxics.any) this.#unmount('off')
    else this.#requests.pump()
  }
}
