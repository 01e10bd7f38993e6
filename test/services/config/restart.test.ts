/** What a config service still knows after its process has ended. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { fileDocumentStore } from '../../../services/config/document-store.ts'
import { first, post, second, startConfig, World } from './world.ts'

let folder: string
let world: World
let events: { event: string; [field: string]: unknown }[]
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-test-'))
  vi.useFakeTimers()
  events = []
  world = new World(start())
})
afterEach(async () => {
  world.stop()
  vi.useRealTimers()
  await rm(folder, { recursive: true })
})
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

function start(documents: Record<string, unknown> = { app: first }) {
  const log = (event: string, fields = {}) => void events.push({ event, ...fields })
  return startConfig({ documents, log, store: fileDocumentStore(folder, log), staged: true })
}

function restart(): void {
  world.service.stop()
  world.service = start()
}

describe('a config service with a folder', () => {
  test('knows documents, history and freeze after a restart, and gives no version or revision twice', async () => {
    await world.operator({ value: second, emergency: true })
    await world.operator({ frozen: true }, '/freeze')
    const before = await world.read('/watch?client=c&after=0')
    restart()
    expect(await world.read()).toMatchObject({ version: 2, value: second, frozen: true })
    expect((await world.read('/history')).versions).toHaveLength(2)
    expect(await world.read('/watch?client=c&after=0')).toEqual(before)
    expect(await world.operator({ value: 3, emergency: true })).toMatchObject({ body: { version: 3 } })
  })

  test('keeps what was pushed to a new document, and takes up documents that it does not know yet', async () => {
    await world.service.request('/documents/other', post({ value: { a: 1 } }))
    world.service.stop()
    world.service = start({ app: { not: 'this' }, extra: { b: 2 } })
    expect(await world.read('', 'other')).toMatchObject({ value: { a: 1 } })
    expect(await world.read('', 'extra')).toMatchObject({ value: { b: 2 } })
    expect(await world.read()).toMatchObject({ value: first })
  })

  test('goes on with a rollout, which has to bake anew', async () => {
    const client = world.client('app-1')
    await client.start()
    await world.operator({ value: second })
    await pass(2_300)
    expect(await world.read('/rollout')).toMatchObject({ state: 'baking', stage: 2 })
    world.isAway = true
    world.service.stop()
    await pass(1_000)
    restart()
    world.isAway = false
    expect(await world.read('/rollout')).toMatchObject({ state: 'baking', stage: 2 })
    await pass(900)
    expect(await world.read()).toMatchObject({ promoted: 1 })
    await pass(1_500)
    expect(await world.read()).toMatchObject({ promoted: 2, value: second })
  })

  test('takes a rollout back if its clients do not come again', async () => {
    const client = world.client('app-1')
    await client.start()
    await world.operator({ value: second })
    await pass(1_000)
    client.stop()
    restart()
    await pass(6_000)
    expect(await world.read('/rollout')).toMatchObject({ state: 'rolled-back', version: 2 })
    expect(await world.read()).toMatchObject({ promoted: 1, value: first })
  })

  test.each([
    ['cut off', (text: string) => text.slice(0, -20)],
    ['empty', () => ''],
    ['of another format', (text: string) => text.replace('"format":1', '"format":2')],
    ['about another document', (text: string) => text.replace('"name":"app"', '"name":"api"')],
    [
      'without the version in use',
      (text: string) => text.replace('"version":1,"value"', '"version":9,"value"'),
    ],
  ])('a file that is %s is refused loudly and set aside', async (_, spoil) => {
    const file = join(folder, 'app.document.json')
    const spoilt = spoil(await readFile(file, 'utf8'))
    await writeFile(file, spoilt)
    restart()
    expect(events.at(-1)).toMatchObject({ event: 'document-refused', file: 'app.document.json' })
    const aside = (await readdir(folder)).filter(name => name.includes('.refused-'))
    expect(aside).toHaveLength(1)
    expect(await readFile(join(folder, aside[0] ?? ''), 'utf8')).toBe(spoilt)
    expect(await world.read()).toMatchObject({ version: 1, value: first })
  })

  test('a folder that cannot be written to does not stop an emergency', async () => {
    await rm(folder, { recursive: true })
    expect(await world.operator({ value: second, emergency: true })).toMatchObject({ status: 201 })
    expect(events.map(({ event }) => event)).toContain('document-not-kept')
    expect(await world.read()).toMatchObject({ value: second })
    // Makes the folder anew.
    expect(fileDocumentStore(folder, () => {}).load()).toEqual([])
  })
})

describe('a config service without a folder', () => {
  test.each([0, 1])('begins anew; after %i pushes its clients notice, and run what it says', async pushes => {
    world.service.stop()
    world.service = startConfig()
    const client = world.client('app-1')
    await client.start()
    await world.operator({ value: second })
    await pass(100)
    expect(client.current()).toEqual(second)
    world.isAway = true
    world.service.stop()
    await pass(5_000)
    world.service = startConfig()
    const third = { ...first, timeoutMs: 3 }
    for (let push = 0; push < pushes; push += 1) await world.operator({ value: third })
    world.isAway = false
    await pass(5_000)
    expect(client.current()).toEqual(pushes === 0 ? first : third)
  })
})

test('a config service that stood still blames nobody for the silence, and proves nothing by it', async () => {
  const client = world.client('app-1')
  await client.start()
  await world.operator({ value: second })
  await pass(500)
  const now = performance.now.bind(performance)
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + 60_000)
  await pass(900)
  expect(await world.read('/rollout')).toMatchObject({ state: 'baking', stage: 1 })
  await pass(3_000)
  expect(await world.read('/rollout')).toMatchObject({ state: 'promoted' })
  clock.mockRestore()
})
