/** What the http toxics of a link do to an exchange: the fault proxy's own decisions, on whole messages. */
import { Alteration } from '../../proxy/http/alteration.ts'
import { Exchange } from '../../proxy/http/exchange.ts'
import { givenAnswer } from '../../proxy/http/given-answer.ts'
import { type AnswerHead, answerHead, type Field, type RequestHead } from '../../proxy/http/head.ts'
import { type Plan, planFor } from '../../proxy/http/plan.ts'
import type { Toxic } from '../../proxy/toxic.ts'
import type { VirtualLink } from './link.ts'
import { closed, type HttpAnswer, type HttpRequest, reset, type WireError } from './messages.ts'

export interface HttpExchange {
  /** Before the request is passed on: passes it, or answers it, now or later. */
  begin(way: { pass(): void; answer(answer: HttpAnswer): void }): void
  /** The answer has come. */
  end(answer: unknown, way: { answer(answer: unknown): void; end(error: WireError): void }): void
}

/** Undefined where no toxic takes the request. `touchedBy`: those that have acted on this connection before. */
export function httpExchange(
  request: HttpRequest,
  link: VirtualLink,
  touchedBy: WeakSet<Toxic>,
): HttpExchange | undefined {
  const head = headOf(request)
  const plan = planFor(head, link.http, toxic => toxic.toxicity > 0)
  if (!plan) return undefined
  return new PlannedExchange(head, plan, link, touchedBy)
}

class PlannedExchange implements HttpExchange {
  readonly #exchange: Exchange
  readonly #head: RequestHead
  readonly #plan: Plan
  readonly #link: VirtualLink

  constructor(head: RequestHead, plan: Plan, link: VirtualLink, touchedBy: WeakSet<Toxic>) {
    this.#head = head
    this.#plan = plan
    this.#link = link
    this.#exchange = new Exchange(head, plan, touchedBy)
  }

  begin(way: { pass(): void; answer(answer: HttpAnswer): void }): void {
    const { delays } = this.#plan
    const ms = delays.reduce((sum, { what }) => sum + what, 0)
    for (const { toxic } of delays) this.#exchange.touch(toxic, 0)
    if (ms === 0) {
      this.#go(way)
      return
    }
    this.#link.hold(
      ms,
      () => delays.every(({ toxic }) => !toxic.evidence.active),
      () => this.#go(way),
    )
  }

  end(answer: unknown, way: { answer(answer: unknown): void; end(error: WireError): void }): void {
    const came = answer as HttpAnswer
    const alters = this.#plan.alters.filter(({ toxic }) => toxic.evidence.active)
    const given = alters.length === 0 ? came : this.#altered(came, alters)
    for (const { toxic } of alters) this.#exchange.touch(toxic, given.body.length)
    const error = this.#cutOf(given)
    if (error) way.end(error)
    else way.answer(given)
  }

  #go(way: { pass(): void; answer(answer: HttpAnswer): void }): void {
    const { answer } = this.#plan
    if (!answer?.toxic.evidence.active) {
      way.pass()
      return
    }
    const { head, body } = givenAnswer(answer.what, this.#head, true)
    this.#exchange.touch(answer.toxic, body.length)
    way.answer(answerOf(head, body))
  }

  #altered(came: HttpAnswer, alters: Plan['alters']): HttpAnswer {
    const alteration = new Alteration(
      answerHeadOf(came),
      alters.map(({ what }) => what),
      { method: this.#head.method, bodiless: came.body.length === 0 },
    )
    const { head, content } = alteration.write(alteration.fate === 'collect' ? came.body : undefined)
    return answerOf(head, alteration.fate === 'pass' ? came.body : content)
  }

  /** How the connection ends in the middle of the answer; not of one that has no more than comes through. */
  #cutOf({ status, headers, body }: HttpAnswer): WireError | undefined {
    const { cut } = this.#plan
    if (!cut?.toxic.evidence.active || body.length <= cut.what.afterBytes) return undefined
    this.#exchange.touch(cut.toxic, body.length - cut.what.afterBytes)
    const error = cut.what.how === 'reset' ? reset() : closed()
    error.head = { status, headers }
    return error
  }
}

function headOf({ method, path, headers }: HttpRequest): RequestHead {
  return { method, target: path, minor: 1, fields: fieldsOf(headers) }
}

function answerHeadOf({ status, headers }: HttpAnswer): AnswerHead {
  return { status, reason: '', minor: 1, fields: fieldsOf(headers) }
}

function fieldsOf(headers: Readonly<Record<string, string | string[]>>): Field[] {
  return Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map(value => ({ name, key: name, value })),
  )
}

/** An answer as the proxy writes it. */
function answerOf(written: Buffer, body: Buffer): HttpAnswer {
  const head = answerHead.parse(written.toString('latin1'))
  if (!head) throw new TypeError(`the fault proxy wrote no head: ${written.toString('latin1').slice(0, 80)}`)
  const headers: HttpAnswer['headers'] = {}
  for (const { key, value } of head.fields) {
    const known = headers[key]
    headers[key] = known === undefined ? value : [known, value].flat()
  }
  return { status: head.status, headers, body: Buffer.from(body) }
}
