import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { renderCosts } from '../../../../harness/cli/calibrate.ts'
import { UsageError } from '../../../../harness/errors.ts'
import { costsOf, type ServiceUse, type Use } from '../../../../harness/stack/simulation/calibration.ts'
import { usualCosts } from '../../../../harness/stack/simulation/costs.ts'
import { costsJson, readCosts } from '../../../../harness/stack/simulation/costs-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'firebreak-costs-'))
afterAll(() => rmSync(folder, { recursive: true }))

const auth = (use: Partial<ServiceUse>): ServiceUse => ({
  ...{ program: 'auth', busyMs: 500, idleMs: 100, served: 200, asked: 0 },
  ...use,
})
const useOf = (services: ServiceUse[]): Use => ({
  services,
  proxy: { busyMs: 700, idleMs: 100, requests: 1_000 },
  crowd: { busyMs: 450, idleMs: 0, requests: 500 },
  hashed: 0,
  hashMs: 7,
  startMs: 350,
})

describe('costs', () => {
  test('are what was used beyond idling, for each request, over all instances of a program', () => {
    const costs = costsOf(useOf([auth({}), auth({ busyMs: 300, served: 100 })]))
    expect(costs.requestMs.auth).toBe(2)
    expect(costs).toMatchObject({ hopMs: 0.3, visitMs: 0.9, hashMs: 7, startMs: 350 })
  })

  test('of auth are those without the hashes, which have their own', () => {
    expect(costsOf({ ...useOf([auth({})]), hashed: 40 }).requestMs.auth).toBe((400 - 40 * 7) / 200)
  })

  test('of who asks others are shared between requests and answers', () => {
    const app = auth({ program: 'app', busyMs: 330, idleMs: 0, served: 100, asked: 1_000 })
    const { requestMs, answerMs } = costsOf(useOf([app]))
    expect(requestMs.app * 100 + answerMs * 1_000).toBeCloseTo(330, 0)
    expect(answerMs / requestMs.app).toBeCloseTo(usualCosts.answerMs / usualCosts.requestMs.app, 2)
  })

  test.each([
    ['was hardly asked', { served: 19, busyMs: 9_000 }],
    ['used no more than when idle', { busyMs: 140 }],
  ])('of what %s stay as shipped', (_title, use) => {
    expect(costsOf(useOf([auth(use)])).requestMs).toEqual(usualCosts.requestMs)
  })

  test('are never nothing, however little was used', () => {
    const proxy = { busyMs: 0, idleMs: 9, requests: 50 }
    expect(costsOf({ ...useOf([]), proxy }).hopMs).toBeGreaterThan(0)
  })

  test('are shown beside those that are shipped, in 80 columns', () => {
    const lines = renderCosts({ ...usualCosts, hashMs: 12.345 })
    expect(lines.find(line => line.includes('a hash'))).toMatch(/ 12\.3[45] +2\.50$/)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80)
  })
})

describe('a file of costs', () => {
  const about = { measuredAt: '2026-01-01T00:00:00.000Z', node: '24.0.0' }
  const text = costsJson({ ...usualCosts, cores: 2 }, about)
  const written = (content: string) => {
    const file = join(folder, 'costs.json')
    writeFileSync(file, content)
    return file
  }

  test('is read again as it was written', () => {
    expect(readCosts(written(text))).toEqual({ ...usualCosts, cores: 2 })
  })

  test.each([
    ['no JSON', text.slice(0, 40), /is not JSON/],
    ['of another version', text.replace('"schema": 1', '"schema": 2'), /schema: /],
    ['with a cost that is none', text.replace('"hopMs": 0.3', '"hopMs": -1'), /costs\.hopMs: /],
    ['without one', text.replace(/"hopMs": 0.3,/, ''), /costs\.hopMs: /],
    ['of something else', '{}', /schema: /],
  ])('that is %s is refused', (_title, content, why) => {
    const file = written(content)
    expect(() => readCosts(file)).toThrow(UsageError)
    expect(() => readCosts(file)).toThrow(why)
    expect(() => readCosts(file)).toThrow(/firebreak calibrate/)
  })

  test('that is not there is refused, with its name', () => {
    expect(() => readCosts(join(folder, 'nope.json'))).toThrow(/nope\.json cannot be read/)
  })
})
