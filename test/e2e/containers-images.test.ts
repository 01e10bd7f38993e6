import { afterEach, describe, expect, test, vi } from 'vitest'
import { findEngine, openEngine } from '../../harness/stack/containers/engine.ts'
import { ensureImages } from '../../harness/stack/containers/images.ts'
import { describeWithEngine } from './containers-support.ts'

const imagesMsMax = 240_000

describeWithEngine('images', () => {
  test(
    'are made once: a second call makes nothing',
    async () => {
      const docker = await openEngine()
      const names = await ensureImages(docker, () => {})
      const before = await docker.listImages()

      const lines: string[] = []
      expect(await ensureImages(docker, line => lines.push(line))).toEqual(names)

      expect(lines).toEqual([])
      const ids = (images: typeof before) => images.map(({ Id }) => Id).sort()
      expect(ids(await docker.listImages())).toEqual(ids(before))
    },
    imagesMsMax,
  )

  test(
    'are the same for two callers at once',
    async () => {
      const docker = await openEngine()
      const [first, second] = await Promise.all([
        ensureImages(docker, () => {}),
        ensureImages(docker, () => {}),
      ])
      expect(first).toEqual(second)
    },
    imagesMsMax,
  )

  test(
    'hold the services and no development tools',
    async () => {
      const docker = await openEngine()
      const { services } = await ensureImages(docker, () => {})
      const container = await docker.createContainer({
        Image: services,
        Labels: { 'firebreak.stack': 'test-images' },
      })
      try {
        const has = (path: string) =>
          container.infoArchive({ path: `/firebreak/${path}` }).then(
            () => true,
            () => false,
          )
        expect(await has('services/config/main.ts')).toBe(true)
        expect(await has('harness/proxy/main.ts')).toBe(true)
        expect(await has('harness/builds/exits-at-start.ts')).toBe(true)
        expect(await has('node_modules/hono/package.json')).toBe(true)
        expect(await has('node_modules/vitest')).toBe(false)
        expect(await has('node_modules/testcontainers')).toBe(false)
      } finally {
        await container.remove({ force: true })
      }
    },
    imagesMsMax,
  )
})

describe('finding an engine', () => {
  afterEach(() => vi.unstubAllEnvs())

  test.each([
    ['nothing listens', 'tcp://127.0.0.1:1'],
    ['the address makes no sense', 'nonsense'],
    ['the socket does not exist', 'unix:///nowhere/docker.sock'],
  ])('says why there is none when %s', async (_case, address) => {
    vi.stubEnv('DOCKER_HOST', address)
    const engine = await findEngine()
    expect(engine).toMatchObject({ ok: false, why: expect.stringContaining(address) })
    await expect(openEngine()).rejects.toThrow(/DOCKER_HOST/)
  })
})
