import { describe, expect, test } from 'vitest'
import { type EngineView, engineRests } from '../../../../harness/stack/containers/engine-rest.ts'

/** An engine that shows one listing after the other, the last for ever. */
function engineOf(listings: Record<string, string>[], inspect: () => Promise<unknown> = async () => {}) {
  const looks: string[] = []
  const engine: EngineView = {
    async listContainers({ filters }) {
      const listing = listings[Math.min(looks.length, listings.length - 1)] ?? {}
      looks.push(filters.label.join())
      return Object.entries(listing).map(([Id, State]) => ({ Id, State }))
    },
    getContainer: () => ({ inspect }),
  }
  return { engine, looks }
}

describe('engineRests', () => {
  test('is sure at once where nothing is before its start', async () => {
    const { engine, looks } = engineOf([{ a: 'running', b: 'exited' }])
    expect(await engineRests(engine, 'stack=x', 1_000)).toBe(true)
    expect(looks).toEqual(['stack=x'])
  })

  test('waits while containers come and are started', async () => {
    const { engine, looks } = engineOf([
      { a: 'created', b: 'created' },
      { a: 'running', b: 'created', c: 'created' },
      { a: 'running', b: 'running', c: 'running' },
    ])
    expect(await engineRests(engine, 'stack=x', 10_000)).toBe(true)
    expect(looks).toHaveLength(3)
  })

  test('takes one that stays as it is for one that nobody starts', async () => {
    const { engine, looks } = engineOf([{ a: 'created' }])
    expect(await engineRests(engine, 'stack=x', 10_000)).toBe(true)
    expect(looks).toHaveLength(2)
  })

  test('asks for each, which the engine answers once it has started it', async () => {
    const start = Promise.withResolvers<void>()
    const { engine, looks } = engineOf([{ a: 'created' }, { a: 'running' }], () => start.promise)
    const resting = engineRests(engine, 'stack=x', 10_000)
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(looks).toHaveLength(1)
    start.resolve()
    expect(await resting).toBe(true)
  })

  test('gives up in time where the engine never answers', async () => {
    let number = 0
    const { engine } = engineOf([{}], () => new Promise(() => {}))
    engine.listContainers = async () => [{ Id: String(number++), State: 'created' }]
    expect(await engineRests(engine, 'stack=x', 50)).toBe(false)
  })
})
