/** A heal check of a stack of which the proxy is real, and the services and the config service are played. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { HarnessError } from '../../../harness/errors.ts'
import type { Injected } from '../../../harness/faults/fault.ts'
import { HealCheck, type HealStack } from '../../../harness/run/heal-check.ts'
import type { FaultOn } from '../../../harness/run/undo.ts'
import { firstDocuments } from '../../../harness/stack/documents.ts'
import type { ServiceStatus } from '../../../harness/stack/service-control.ts'
import type { Topology } from '../../../harness/stack/topology.ts'
import { links, startWorld } from '../faults/support.ts'

const topology: Topology = { services: [], doors: [], control: [], cells: [] }
const limits = { patienceMs: 50, stepMs: 2_000 }

async function startScene() {
  const world = await startWorld()
  const log: string[] = []
  const statuses = new Map<string, ServiceStatus>(
    ['auth', 'feed', 'photos', 'config'].map(name => [name, { state: 'running', starts: 1 }]),
  )
  const documents = new Map(
    Object.entries(firstDocuments(topology)).map(([name, value]) => [name, { value }]),
  )
  const config = createServer(async (asked, response) => {
    const name = asked.url?.split('/').at(-1) ?? ''
    if (asked.method === 'POST') {
      const body = JSON.parse(await new Response(asked as never).text())
      log.push(`push ${name}`)
      documents.set(name, { value: body.value })
      return response.writeHead(201).end('{"version":2}')
    }
    return response.end(JSON.stringify({ version: 1, ...documents.get(name) }))
  })
  await new Promise<void>(resolve => config.listen(0, '127.0.0.1', resolve))
  const change = (name: string, status: Partial<ServiceStatus>) =>
    void statuses.set(name, { state: 'running', starts: 1, ...statuses.get(name), ...status })
  const stack = {
    ...world.stack,
    proxy: world.proxy,
    links,
    topology,
    control: { config: `http://127.0.0.1:${(config.address() as AddressInfo).port}` },
    adminToken: 'x',
    services: {
      names: [...statuses.keys()],
      status: async (name: string) => statuses.get(name),
      kill: async (name: string) => void log.push(`kill ${name}`),
      start: async (name: string) => {
        log.push(`start ${name}`)
        change(name, { state: 'running', starts: 2 })
      },
      limit: async (name: string) => {
        log.push(`unlimit ${name}`)
        statuses.set(name, { state: 'running', starts: 1 })
      },
    },
  } as unknown as HealStack
  return {
    world,
    stack,
    log,
    change,
    documents,
    async [Symbol.asyncDispose]() {
      config.closeAllConnections()
      config.close()
      await world[Symbol.asyncDispose]()
    },
  }
}

function faultThat(parts: Partial<Injected>): FaultOn {
  const fault = { kind: 'odd', target: 'auth', holds: () => ['instance:auth'] }
  const injected = { evidence: async () => [], undo: async () => {}, ...parts }
  return { name: 'odd at auth', fault: fault as never, injected, from: 0 }
}

const slow = {
  name: 'slow',
  type: 'latency',
  stream: 'downstream',
  toxicity: 1,
  attributes: { latency: 1 },
} as const

describe('HealCheck', () => {
  test('finds a stack healed that nobody has touched', async () => {
    await using scene = await startScene()
    const check = await HealCheck.before(scene.stack, limits)
    expect(await check.heal([faultThat({ remains: async () => [] }), faultThat({})])).toEqual([])
    expect(scene.log).toEqual([])
  })

  test('names a toxic and a link that is down, and mends both by cleaning the proxy', async () => {
    await using scene = await startScene()
    const check = await HealCheck.before(scene.stack, limits)
    await scene.world.proxy.addToxic('feed-to-auth', slow)
    await scene.world.proxy.disable('photos-to-auth', 'cut')
    expect(await check.heal([])).toEqual([
      'toxic slow is on feed-to-auth after the undo',
      'link photos-to-auth is down after the undo',
    ])
    expect(await scene.world.proxy.toxics()).toEqual([])
    expect((await scene.world.probe('photos-to-auth')).result).toBe('answered')
  })

  test('gives the last of an undo a moment', async () => {
    await using scene = await startScene()
    const check = await HealCheck.before(scene.stack, { ...limits, patienceMs: 5_000 })
    scene.change('auth', { state: 'paused' })
    setTimeout(() => scene.change('auth', { state: 'running' }), 300)
    expect(await check.heal([])).toEqual([])
  })

  test('names a link that leads elsewhere, but not where its service was started again', async () => {
    await using scene = await startScene()
    const check = await HealCheck.before(scene.stack, limits)
    const lost = links.find(({ name }) => name === 'feed-to-auth')
    if (lost) await scene.world.proxy.connect(lost, '127.0.0.1:1')
    await expect(check.heal([])).rejects.toThrow(
      /^still broken .*; link feed-to-auth leads to 127\.0\.0\.1:1, and other links to auth elsewhere/,
    )
    expect(scene.log).toEqual(['kill auth', 'start auth'])
    for (const link of links.filter(({ to }) => to === 'auth'))
      await scene.world.proxy.connect(link, '127.0.0.1:2')
    expect(await check.heal([])).toEqual([])
  })

  test.each([
    [{ state: 'ended', ended: 'exit code 1' }, 'auth is ended (exit code 1)', ['kill auth', 'start auth']],
    [{ state: 'paused' }, 'auth is paused', ['kill auth', 'start auth']],
    [{ limits: { cpus: 0.1 } }, 'auth is limited: {"cpus":0.1}', ['unlimit auth', 'kill auth', 'start auth']],
  ] as const)('names a service that is %j, and starts it anew', async (status, what, done) => {
    await using scene = await startScene()
    const check = await HealCheck.before(scene.stack, limits)
    scene.change('auth', status)
    expect(await check.heal([])).toEqual([`${what} after the undo`])
    expect(scene.log).toEqual(done)
  })

  test('names a document that is not what it was, and puts it back', async () => {
    await using scene = await startScene()
    const check = await HealCheck.before(scene.stack, limits)
    scene.documents.set('auth', { value: { issuer: 'https://wrong.example' } })
    expect(await check.heal([])).toEqual(['the configuration of auth is not what it was after the undo'])
    expect(scene.log).toEqual(['push auth'])
  })

  test('asks each fault what remains, and takes its hard way', async () => {
    await using scene = await startScene()
    const check = await HealCheck.before(scene.stack, limits)
    let left = ['a route']
    const fault = faultThat({
      remains: async () => left,
      undoHard: async () => {
        left = []
      },
    })
    expect(await check.heal([fault])).toEqual(['odd at auth: a route after the undo'])
  })

  test('rejects where the hard way does not mend it either, naming it and why', async () => {
    await using scene = await startScene()
    const check = await HealCheck.before(scene.stack, limits)
    const fault = faultThat({
      remains: async () => ['a route'],
      undoHard: () => Promise.reject(new Error('no permission')),
    })
    await expect(check.heal([fault])).rejects.toThrow(
      new HarnessError(
        'still broken after the undo and the hard way: odd at auth: a route; odd at auth: a route: no permission',
      ),
    )
  })

  test('does not wait for a mending that hangs', async () => {
    await using scene = await startScene()
    const check = await HealCheck.before(scene.stack, { ...limits, stepMs: 200 })
    const fault = faultThat({ remains: async () => ['a route'], undoHard: () => new Promise(() => {}) })
    await expect(check.heal([fault])).rejects.toThrow('could not be mended within 200 ms')
  })

  test('does not begin on a stack that is broken already', async () => {
    await using scene = await startScene()
    await scene.world.proxy.addToxic('feed-to-auth', slow)
    await expect(HealCheck.before(scene.stack, limits)).rejects.toThrow(
      'the stack is broken before the first fault: toxic slow is on feed-to-auth',
    )
  })
})
