/** How a fault is seen by somebody who knows nothing of it: what comes of a page, of a sign-in, of a session. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault, Need } from '../../harness/faults/fault.ts'
import type { SmallStack } from './small-stack.ts'

/** What is seen, in words, and whether it is the effect of the fault. */
export interface Sight {
  saw: string
  isOn: boolean
}

export interface Activation {
  fault: Fault
  /** Tells two of the same kind apart. */
  variant?: string
  /** What its stack must have. */
  features?: Need[]
  /** Looks at the stack before the fault is on, and gives the look that tells. */
  watch(small: SmallStack): Promise<() => Promise<Sight>>
  /** Where what is seen is not undone by the undo: a look that tells that all is well. */
  isWell?(small: SmallStack): Promise<Sight>
}

type Page = Awaited<ReturnType<SmallStack['page']>>

const inWords = ({ came, body, tookMs, pieces }: Page) =>
  `${came}, ${body.length} bytes in ${pieces} pieces, ${Math.round(tookMs)} ms`

/** What a page comes to. */
export const page = (isOn: (page: Page) => boolean) => async (small: SmallStack) => async () => {
  const seen = await small.page()
  return { saw: inWords(seen), isOn: isOn(seen) }
}
export const slowPage = (ms: number) => page(seen => seen.came === 'status 200' && seen.tookMs >= ms)
export const noPage = page(({ came }) => came !== 'status 200')

/** What a new sign-in comes to. */
export const signIn =
  (isOn: (seen: Awaited<ReturnType<SmallStack['signIn']>>) => boolean) =>
  async (small: SmallStack) =>
  async () => {
    const seen = await small.signIn()
    return { saw: `sign-in ${seen.result}, ${Math.round(seen.tookMs)} ms`, isOn: isOn(seen) }
  }
export const noSignIn = signIn(({ result }) => result !== 'served')

/** How many requests come to auth in a while; far more than the services make by themselves. */
export const busyAuth = async (small: SmallStack) => async () => {
  const before = await small.requestsAtAuth()
  await sleep(1_000)
  const more = (await small.requestsAtAuth()) - before
  return { saw: `${more} requests in a second`, isOn: more >= 25 }
}

/** Another process than before, and in the end one that serves. */
export const anotherProcess: Pick<Activation, 'watch' | 'isWell'> = {
  async watch(small) {
    const { identity: first } = await small.processOf('feed')
    return async () => {
      const { identity } = await small.processOf('feed')
      return { saw: identity, isOn: identity !== first && identity !== 'none' }
    }
  },
  async isWell(small) {
    const seen = await small.page()
    return { saw: inWords(seen), isOn: seen.came !== 'status 200' }
  },
}

/**
 * What becomes of many pages that are asked for at once, against the quickest of three times before: how fast a machine is
 * must not matter. With a hundredth of a core it takes many times as long, or some are given up.
 */
export async function slowUnderLoad(small: SmallStack): Promise<() => Promise<Sight>> {
  // Fewer than the door has on their way to an app at a time.
  const asked = 200
  const manyPages = async () => {
    const began = performance.now()
    const pages = await Promise.all(Array.from({ length: asked }, () => small.page()))
    const came = pages.filter(({ came }) => came === 'status 200').length
    return { came, tookMs: Math.round(performance.now() - began) }
  }
  const before = [await manyPages(), await manyPages(), await manyPages()]
  const quickestMs = Math.min(...before.map(({ tookMs }) => tookMs))
  return async () => {
    const { came, tookMs } = await manyPages()
    const saw = `${came} of ${asked} pages in ${tookMs} ms, before in ${quickestMs} ms`
    return { saw, isOn: came < asked || tookMs >= 3 * quickestMs }
  }
}

/** What becomes of somebody who was signed in before, and in the end of somebody who signs in anew. */
export const signedOut: Pick<Activation, 'watch' | 'isWell'> = {
  async watch(small) {
    const browser = small.browser()
    await browser.signIn()
    return async () => {
      const { result } = await browser.browse()
      return { saw: `browsing ${result}`, isOn: result === 'signed-out' }
    }
  },
  isWell: async small => newSession(small),
}

/** What becomes of a session that was just made. */
export async function newSession(small: SmallStack, waitMs = 0): Promise<Sight> {
  const browser = small.browser()
  const { result: signIn } = await browser.signIn()
  await sleep(waitMs)
  const { result } = await browser.browse()
  return { saw: `sign-in ${signIn}, then browsing ${result}`, isOn: result !== 'served' }
}

/** How often auth complains when somebody signs in. It does so once a second at most. */
export async function complaints(small: SmallStack, event: string): Promise<Sight> {
  const said = () =>
    Object.entries(small.stack.logs())
      .filter(([service]) => service.startsWith('auth'))
      .flatMap(([, lines]) => lines.filter(line => line.includes(`"${event}"`))).length
  const before = said()
  await sleep(1_100)
  await small.signIn()
  await sleep(300)
  const more = said() - before
  return { saw: `auth complains ${more} times of ${event}`, isOn: more > 0 }
}
