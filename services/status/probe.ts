/** One look at an app from outside, as a visitor without an account sees it: through the door of a region. */
import type { Product } from './products.ts'

export type ProbeResult = 'ok' | 'slow' | 'error' | 'timeout' | 'unreachable'

export interface Probe {
  result: ProbeResult
  /** Status of the answer, where there was one. */
  status?: number
  latencyMs: number
  /** When it was over, ms since the epoch. */
  at: number
}

export interface ProbeLimits {
  /** From here on an answer is slow. */
  slowMs: number
  timeoutMs: number
}

/** What each surface shows a visitor without credentials when it is alive. */
const looks = {
  web: { path: '/sign-in', status: 200 },
  api: { path: '/v1/messages', status: 401 },
  mobile: { path: '/api/content', status: 401 },
} as const

/** The look to take: at the web surface where there is one. */
export function lookAt({ surfaces }: Product): { path: string; status: number } {
  const surface = (['web', 'api', 'mobile'] as const).find(each => surfaces.includes(each)) ?? 'web'
  return looks[surface]
}

/** What an answer says. Anything but the expected status is an error: an app that is alive knows its own pages. */
export function classify(
  answer: { status: number; latencyMs: number },
  expectedStatus: number,
  { slowMs }: Pick<ProbeLimits, 'slowMs'>,
): ProbeResult {
  if (answer.status !== expectedStatus) return 'error'
  return answer.latencyMs >= slowMs ? 'slow' : 'ok'
}

/** Takes the look. `fetch` must send the `host` it is given. Never rejects. */
export async function probe(
  product: Product,
  { region, edge }: { region: string; edge: string },
  limits: ProbeLimits,
  fetch: typeof globalThis.fetch,
): Promise<Probe> {
  const { path, status: expected } = lookAt(product)
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), limits.timeoutMs)
  const began = Date.now()
  const done = (result: ProbeResult, status?: number): Probe => {
    const at = Date.now()
    return { result, latencyMs: at - began, at, ...(status === undefined ? {} : { status }) }
  }
  try {
    const response = await fetch(`${edge}${path}`, {
      headers: { host: `${product.app}.${region}.localhost`, accept: 'text/html, application/json' },
      redirect: 'manual',
      signal: controller.signal,
    })
    await response.arrayBuffer()
    const answer = { status: response.status, latencyMs: Date.now() - began }
    return done(classify(answer, expected, limits), response.status)
  } catch {
    return done(controller.signal.aborted ? 'timeout' : 'unreachable')
  } finally {
    clearTimeout(timer)
  }
}
