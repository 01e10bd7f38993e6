import type { Toxic } from '../toxic.ts'
import type { Alter, Answer, Cut } from './attributes.ts'
import type { RequestHead } from './head.ts'
import { attributesOf, type HttpToxics } from './toxics.ts'

/** Something that a toxic is to do to one request or its answer. */
interface Planned<T> {
  readonly toxic: Toxic
  readonly what: T
}

/** What is to happen to one request and its answer, as its toxics were when it came. */
export interface Plan {
  /** ms each; they add up. */
  readonly delays: readonly Planned<number>[]
  readonly answer: Planned<Answer> | undefined
  /** In this order. */
  readonly alters: readonly Planned<Alter>[]
  readonly cut: Planned<Cut> | undefined
}

/**
 * What the toxics that take this request do with it; undefined if none takes it. `acts` says whether a toxic acts on
 * this connection at all. The first answer and the first cut win; a toxic that has nothing left to do is not asked.
 */
export function planFor(
  request: RequestHead,
  toxics: HttpToxics,
  acts: (toxic: Toxic) => boolean,
): Plan | undefined {
  let delays: Planned<number>[] | undefined
  let alters: Planned<Alter>[] | undefined
  let answer: Planned<Answer> | undefined
  let cut: Planned<Cut> | undefined
  for (const toxic of toxics.all) {
    const wanted = attributesOf(toxic)
    const useful =
      wanted.delay > 0 || (answer === undefined && (wanted.answer || wanted.alter)) || (!cut && wanted.cut)
    if (!useful || !toxics.matches(toxic, request) || !acts(toxic) || !toxics.takes(toxic)) continue
    delays ??= []
    alters ??= []
    if (wanted.delay > 0) delays.push({ toxic, what: wanted.delay })
    if (wanted.alter) alters.push({ toxic, what: wanted.alter })
    if (wanted.answer) answer ??= { toxic, what: wanted.answer }
    if (wanted.cut) cut ??= { toxic, what: wanted.cut }
  }
  return delays && alters ? { delays, answer, alters, cut } : undefined
}
