/** What a real browser sees of the same fault on two architectures. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseResults } from '../../../harness/outcome/results.ts'
import { findBrowser } from '../../../harness/witness/find-browser.ts'
import { Room } from '../room.ts'

const browser = findBrowser(undefined)
if (!browser.ok) console.warn(`SKIPPED: what a browser sees, because ${browser.why}`)

interface Seen {
  app: string
  moment: string
  step: string
  at: number | null
  tookMs: number
  sees: string
  screenshot?: string
  violations?: unknown[]
}

test.skipIf(!browser.ok)(
  'people are thrown out in shared-fate, and in hardened they are not',
  async ({ skip }) => {
    await using room = new Room()
    const file = join(room.folder, 'results.json')
    const args = [
      'wrong-issuer',
      '--architecture',
      'shared-fate,hardened',
      '--runtime',
      'processes',
      '--json',
      file,
    ]
    await room.run(args, { FIREBREAK_BROWSER: browser.ok ? browser.path : '' }).ended
    const { runs } = parseResults(readFileSync(file, 'utf8'), file)
    const [weak, strong] = ['shared-fate', 'hardened'].map(name => {
      const run = runs.find(({ architecture }) => architecture === name)
      const witness = run?.witness
      if (!witness || !('observations' in witness))
        throw new Error(`nobody looked: ${JSON.stringify(witness)}`)
      const until = run?.faults?.[0]?.until ?? 0
      // On a slow machine a step may begin during the fault and end behind it: that says nothing of the fault.
      const seen = (witness.observations as unknown as Seen[]).filter(
        ({ moment, at, tookMs }) => moment !== 'during' || (at ?? 0) + tookMs < until,
      )
      return { folder: String(witness.folder), seen }
    })
    const last = (seen: Seen[] = [], app: string, moment: string) =>
      seen.findLast(each => each.app === app && each.moment === moment)?.sees
    // On two cores it looks at fewer.
    const family = ['feed', 'chat', 'ads'].filter(name => weak?.seen.some(({ app }) => app === name))
    expect(family).toContain('feed')
    const during = (seen: Seen[] | undefined) => family.map(app => last(seen, app, 'during'))
    // A page that takes longer than a person waits shows nothing: a slow machine must not make this test fail.
    const before = [...family, 'rival'].map(app => last(weak?.seen, app, 'before'))
    for (const seen of [before, during(weak?.seen), during(strong?.seen)])
      if (seen.every(sees => sees === 'nothing' || sees === undefined))
        skip('this machine was too slow for a browser to see anything')
    expect(before).toContain('signed-in')
    for (const sees of before) expect(['signed-in', 'nothing']).toContain(sees)
    const unseen = ['nothing', undefined]
    for (const sees of during(weak?.seen)) expect(['wrong-password', 'signed-out', ...unseen]).toContain(sees)
    // Whoever got as far as trying the correct password was told that it is wrong.
    for (const { app, step, sees } of weak?.seen.filter(({ moment }) => moment === 'during') ?? [])
      if (step === 'sign-in') expect(['wrong-password', 'nothing'], app).toContain(sees)
    expect(['signed-in', ...unseen]).toContain(last(weak?.seen, 'rival', 'during'))
    expect(during(strong?.seen)).toContain('signed-in')
    for (const sees of during(strong?.seen)) expect(['signed-in', ...unseen]).toContain(sees)
    for (const { folder, seen } of [weak, strong].filter(each => each !== undefined)) {
      for (const { screenshot } of seen)
        if (screenshot) expect(existsSync(join(folder, screenshot))).toBe(true)
      expect(seen.flatMap(({ violations = [] }) => violations)).toEqual([])
    }
  },
)

test('a run without a browser says so, and goes on', async () => {
  await using room = new Room()
  const file = join(room.folder, 'results.json')
  const args = ['wrong-issuer', '--architecture', 'hardened', '--runtime', 'processes', '--json', file]
  const ended = await room.run(args).ended
  const [run] = parseResults(readFileSync(file, 'utf8'), file).runs
  expect(run?.witness).toEqual({ missing: 'FIREBREAK_BROWSER is "none"' })
  expect(ended.output).toContain('no browser: FIREBREAK_BROWSER')
})
