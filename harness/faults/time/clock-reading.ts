/** What the clock of a service shows, by its own word and compared with this machine's. */
import { z } from 'zod'
import { controlFetch } from '../../stack/control-fetch.ts'
import type { Stack } from '../../stack/stack.ts'

export interface ClockReading {
  /** How far it is ahead of this machine's, ms; behind, if negative. */
  aheadMs: number
  witness: string
  said: string
}

/** The header has whole seconds, rounded down. */
const halfSecondMs = 500
const answerLimitMs = 2_000
const listening = z.object({ event: z.literal('listening'), time: z.iso.datetime() })

/** The date of an answer, over the harness's own link. Undefined where there is no such link, or no answer. */
export async function clockInAnswer(
  { control }: Pick<Stack, 'control'>,
  service: string,
): Promise<ClockReading | undefined> {
  const base = control[service]
  if (base === undefined) return undefined
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), answerLimitMs)
  const askedMs = Date.now()
  try {
    const response = await controlFetch(`${base}/healthz`, { signal: controller.signal })
    await response.arrayBuffer()
    const date = response.headers.get('date') ?? ''
    const hereMs = Math.round((askedMs + Date.now()) / 2)
    return readingOf(`date of an answer of ${service}`, date, Date.parse(date) + halfSecondMs, hereMs)
  } catch {
    return undefined
  } finally {
    clearTimeout(timer)
  }
}

/** What a service wrote into its log when it last began to listen, which was at `hereMs`. Undefined if it did not. */
export function clockInLog(
  { logs }: Pick<Stack, 'logs'>,
  service: string,
  hereMs: number,
): ClockReading | undefined {
  const lines = (logs()[service] ?? []).flatMap(line => listening.safeParse(asJson(line)).data ?? [])
  const time = lines.at(-1)?.time
  return time === undefined
    ? undefined
    : readingOf(`log of ${service}`, `listens at ${time}`, Date.parse(time), hereMs)
}

function readingOf(witness: string, text: string, shownMs: number, hereMs: number): ClockReading | undefined {
  if (Number.isNaN(shownMs)) return undefined
  const said = `"${text}" at ${new Date(hereMs).toISOString()} here`
  return { aheadMs: shownMs - hereMs, witness, said }
}

function asJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
