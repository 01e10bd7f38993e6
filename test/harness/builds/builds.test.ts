import { describe, expect, test } from 'vitest'
import { startBuild } from './support.ts'

const announced = { service: 'auth-1', event: 'build', id: 'this-one' }

describe('the build', () => {
  test('exits-at-start says what it is and ends, and the program never begins', async () => {
    await using build = startBuild('exits-at-start')
    expect(await build.child.exited).toBe('ended with 1')
    expect(build.said('build')).toMatchObject([{ ...announced, build: 'exits-at-start' }])
    expect(build.said('listening')).toEqual([])
    expect(build.child.logs().join('\n')).toContain('this build cannot start')
  })

  test('slow-start lets the program begin after the time that it was told, and then leaves it alone', async () => {
    await using build = startBuild('slow-start', { SLOW_START_MS: '700' })
    await build.child.waitForLine('build', line => line.includes('"build"') || undefined, 20_000)
    const began = performance.now()
    const address = await build.listening()
    // The line takes a moment to get here.
    expect(performance.now() - began).toBeGreaterThan(600)
    expect(build.said('build')).toMatchObject([{ ...announced, build: 'slow-start', startMs: 700 }])
    expect((await fetch(address)).status).toBe(200)
  })

  test('crashes-later serves until its time has come', async () => {
    await using build = startBuild('crashes-later', { CRASH_AFTER_MS: '800' })
    const address = await build.listening()
    const began = performance.now()
    expect((await fetch(address)).status).toBe(200)
    expect(await build.child.exited).toBe('ended with 1')
    expect(performance.now() - began).toBeGreaterThan(600)
    expect(build.said('build')).toMatchObject([{ ...announced, build: 'crashes-later', afterMs: 800 }])
    expect(build.child.logs().join('\n')).toContain('800 ms after it began to listen')
  })

  test('crashes-on-request answers all before that one, which it takes with it', async () => {
    await using build = startBuild('crashes-on-request', { CRASH_AT_REQUEST: '3' })
    const address = await build.listening()
    expect((await fetch(address)).status).toBe(200)
    expect((await fetch(address)).status).toBe(200)
    await expect(fetch(address)).rejects.toThrow()
    expect(await build.child.exited).toBe('ended with 1')
    expect(build.said('build')).toMatchObject([{ ...announced, build: 'crashes-on-request', atRequest: 3 }])
  })

  test('leaks keeps more and more, up to its bound, and serves', async () => {
    await using build = startBuild('leaks', { LEAK_MIB_PER_S: '200', LEAK_MAX_MIB: '80' })
    const address = await build.listening()
    const usedMiB = async () => Number(await (await fetch(address)).text()) / 1024 / 1024
    await using other = startBuild('older')
    const otherAddress = await other.listening()
    const usual = Number(await (await fetch(otherAddress)).text()) / 1024 / 1024
    await expect.poll(usedMiB, { timeout: 20_000 }).toBeGreaterThan(usual + 60)
    await new Promise(resolve => setTimeout(resolve, 500))
    expect(await usedMiB()).toBeLessThan(usual + 130)
    expect(build.said('build')).toMatchObject([{ ...announced, mibPerSecond: 200, maxMiB: 80 }])
  })

  test('older says with which mitigations and settings it runs', async () => {
    const env = { MITIGATIONS: 'bulkhead,cells', BUILD_SETTINGS: 'PACE', PACE: 'slow' }
    await using build = startBuild('older', env)
    await build.listening()
    expect(build.said('build')).toMatchObject([
      { ...announced, build: 'older', mitigations: 'bulkhead,cells', PACE: 'slow' },
    ])
  })

  test.each([
    ['slow-start', 'SLOW_START_MS', undefined],
    ['crashes-later', 'CRASH_AFTER_MS', '0'],
    ['crashes-on-request', 'CRASH_AT_REQUEST', 'soon'],
    ['leaks', 'LEAK_MIB_PER_S', '2000'],
  ])('%s says what is wrong with %s: %s', async (name, variable, value) => {
    await using build = startBuild(name, value === undefined ? {} : { [variable]: value })
    expect(await build.child.exited).toBe('ended with 1')
    const text = build.child.logs().join('\n')
    expect(text).toContain(`${variable} must be a number above 0`)
    expect(text).toContain(`it is ${value ?? 'not there'}`)
  })
})
