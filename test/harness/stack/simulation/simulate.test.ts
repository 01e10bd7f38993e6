import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { HttpClient } from '../../../../harness/crowd/http.ts'
import { createAccounts, crowdStackOf, memberOf } from '../../../../harness/crowd/operator.ts'
import { familyCrowd, type Group } from '../../../../harness/crowd/population.ts'
import { WebClient } from '../../../../harness/crowd/web-client.ts'
import { architectureOf } from '../../../../harness/stack/architectures.ts'
import { epochMs } from '../../../../harness/stack/simulation/epoch.ts'
import { simulate } from '../../../../harness/stack/simulation/simulate.ts'
import type { Stack } from '../../../../harness/stack/stack.ts'

const hardened = architectureOf('hardened')
const feed = familyCrowd.find(({ app, surface }) => app === 'feed' && surface === 'web') as Group

/** Somebody with an account, in front of a browser. */
async function visitorOf(stack: Stack): Promise<WebClient> {
  const accounts = await createAccounts(crowdStackOf(stack), 'test', [feed])
  const member = memberOf(feed, 'resident', 0)
  const { region, door } = member.home
  const place = { door: stack.doors[door] ?? '', host: `feed.${region}.localhost`, address: '10.0.0.1' }
  return new WebClient({ http: new HttpClient({ deadlineMs: 3_000 }), place, account: accounts(member) })
}

test('the services of a whole stack serve somebody, and half a minute passes in a moment', async () => {
  const began = performance.now()
  const seen = await simulate({ architecture: hardened, seed: 1 }, async stack => {
    const visitor = await visitorOf(stack)
    const results = [(await visitor.signIn()).result, (await visitor.browse()).result]
    await sleep(30_000)
    return { results: [...results, (await visitor.browse()).result], lasted: Date.now() - epochMs }
  })
  expect(seen.results).toEqual(['served', 'served', 'served'])
  expect(seen.lasted).toBeGreaterThan(30_000)
  expect(performance.now() - began).toBeLessThan(seen.lasted)
})

test('what a service has in memory is gone with its process, what it has on disk stays', async () => {
  const seen = await simulate({ architecture: hardened, seed: 1 }, async stack => {
    const visitor = await visitorOf(stack)
    await visitor.signIn()
    await stack.services.kill('feed')
    const gone = await visitor.browse()
    const { state, ended } = await stack.services.status('feed')
    await stack.services.start('feed')
    const [back, status] = [await visitor.browse(), await stack.services.status('feed')]
    const kept = stack.logs().feed?.filter(line => line.includes('last-known-good-taken'))
    return { gone: gone.result, state, ended, back: back.result, starts: status.starts, kept: kept?.length }
  })
  expect(seen).toEqual({
    gone: 'error',
    state: 'ended',
    ended: 'ended by SIGKILL',
    back: 'served',
    starts: 2,
    kept: 2,
  })
})

test('a paused service answers when it goes on, and not before', async () => {
  const seen = await simulate({ architecture: hardened, seed: 1 }, async stack => {
    const visitor = await visitorOf(stack)
    await visitor.signIn()
    await stack.services.pause('feed')
    const asked = performance.now()
    const looking = visitor.browse()
    await sleep(1_500)
    await stack.services.resume('feed')
    return { result: (await looking).result, tookMs: performance.now() - asked }
  })
  expect(seen.result).toBe('served')
  expect(seen.tookMs).toBeGreaterThan(1_500)
  expect(seen.tookMs).toBeLessThan(2_000)
})

test('toxics do to a virtual link what they do to a real one', async () => {
  const seen = await simulate({ architecture: hardened, seed: 1 }, async (stack): Promise<unknown[]> => {
    const visitor = await visitorOf(stack)
    await visitor.signIn()
    const { region, door } = memberOf(feed, 'resident', 0).home
    const links = [`internet-to-${door}`, `edge-${region}-to-feed`] as const
    const looks: unknown[] = []
    const look = async () => {
      const asked = performance.now()
      const { result } = await visitor.browse()
      looks.push([result, Math.round((performance.now() - asked) / 100)])
    }
    const toxic = { name: 'it', stream: 'downstream', toxicity: 1 } as const
    await stack.proxy.addToxic(links[1], {
      ...toxic,
      type: 'latency',
      attributes: { latency: 700, jitter: 0 },
    })
    await look()
    await stack.proxy.removeToxic(links[1], 'it')
    await stack.proxy.addToxic(links[0], { ...toxic, type: 'timeout', attributes: { timeout: 0 } })
    await look()
    await stack.proxy.removeToxic(links[0], 'it')
    await stack.proxy.addToxic(links[0], { ...toxic, type: 'reset_peer', attributes: { timeout: 0 } })
    await look()
    await stack.proxy.removeToxic(links[0], 'it')
    await stack.proxy.disable(links[0], 'cut')
    await look()
    await stack.proxy.enable(links[0])
    await stack.proxy.addToxic(links[0], {
      ...toxic,
      type: 'http',
      attributes: { answer: { status: 503, body: 'no', headers: { 'Retry-After': '3' } } },
    })
    await look()
    await stack.proxy.removeToxic(links[0], 'it')
    await look()
    return looks
  })
  expect(seen).toEqual([
    ['served', 7],
    ['timeout', 30],
    ['lost', 0],
    ['unreachable', 0],
    ['error', 0],
    ['served', 0],
  ])
})

test('time, chance and timers are as they were when it is over', async () => {
  const before = { now: Date.now(), setTimeout, random: Math.random, uuid: randomUUID }
  await simulate({ architecture: hardened, seed: 1 }, async () => {
    expect(Date.now()).toBeLessThan(epochMs + 10_000)
    expect(setTimeout).not.toBe(before.setTimeout)
    expect(randomUUID).not.toBe(before.uuid)
  })
  expect(Date.now()).toBeGreaterThanOrEqual(before.now)
  expect([setTimeout, Math.random, randomUUID]).toEqual([before.setTimeout, before.random, before.uuid])
})

test('one that nobody ends is ended: somebody waits, and nothing is left to happen', {
  timeout: 20_000,
}, async () => {
  const failing = simulate({ architecture: hardened, seed: 1 }, async stack => {
    for (const name of stack.services.names) await stack.services.kill(name)
    await new Promise(() => {})
  })
  await expect(failing).rejects.toThrow(/nothing is left to happen/)
})
