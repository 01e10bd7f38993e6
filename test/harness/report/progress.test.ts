import { describe, expect, test } from 'vitest'
import {
  isLively,
  ProgressBlock,
  type ProgressState,
  renderProgress,
  sparkline,
} from '../../../harness/report/progress.ts'
import { styleFor } from '../../../harness/report/style.ts'

const plain = styleFor({ isTTY: false } as NodeJS.WriteStream)
const snapshot = (nowMs: number, feed: number | null, forcedOut = 0) => ({
  nowMs,
  timelineMs: 15_000,
  goodput: { rival: 1, feed, chat: 1, 'business-api': null },
  forcedOut,
})

const state: ProgressState = {
  done: 3,
  total: 9,
  elapsedMs: 75_000,
  tookMs: [20_000, 25_000, 30_000],
  running: [
    {
      scenario: 'wrong-issuer',
      architecture: 'shared-fate',
      phase: 'fault on: config-push at auth',
      snapshots: [snapshot(1_000, 1), snapshot(2_000, 0.5), snapshot(3_000, 0, 12)],
    },
  ],
}

describe('sparkline', () => {
  test('is one character a second, the latest last', () => {
    expect(sparkline([0, 0.5, 1, null], 4)).toBe('▁▅█·')
    expect(sparkline([1], 3)).toBe('  █')
    expect(sparkline([0, 0, 0, 1], 2)).toBe('▁█')
  })
})

describe('renderProgress', () => {
  test('says where it is, how long it will take, and how each app is served', () => {
    expect(renderProgress(state, 80, plain)).toMatchInlineSnapshot(`
      [
        "",
        "  3 of 9 after 75 s, about 3 min left",
        "  wrong-issuer on shared-fate 3/15 s  12 forced out  fault on: config-push at …",
        "    feed                  █▅▁   chat                  ███",
        "    business-api          ···   rival                 ███",
      ]
    `)
  })

  test('never fills a line, however narrow the terminal, and has all apps at any width', () => {
    for (const columns of [40, 80, 120, 200]) {
      const lines = renderProgress(state, columns, plain)
      expect(Math.max(...lines.map(line => line.length))).toBeLessThan(columns)
      for (const app of ['feed', 'chat', 'business-api', 'rival']) expect(lines.join('\n')).toContain(app)
    }
  })

  test('does not guess before it knows anything', () => {
    const [, overall] = renderProgress({ ...state, done: 0, tookMs: [], running: [] }, 80, plain)
    expect(overall).toBe('  0 of 9 after 75 s')
  })
})

describe('ProgressBlock', () => {
  function blockOn(lively: boolean) {
    let text = ''
    const stream = {
      write: (more: string) => {
        text += more
      },
    }
    return { block: new ProgressBlock(stream, lively), text: () => text }
  }

  test('draws over itself, and lets what is said for good stand above it', () => {
    const { block, text } = blockOn(true)
    block.draw(['one', 'two'])
    block.say('for good')
    block.draw(['three'])
    block.clear()
    expect(text()).toBe('one\ntwo\n\u001b[2F\u001b[Jfor good\nthree\n\u001b[1F\u001b[J')
  })

  test('writes no control codes where nobody looks at a terminal', () => {
    const { block, text } = blockOn(false)
    block.draw(['one'])
    block.say('for good')
    block.clear()
    expect(text()).toBe('for good\n')
  })
})

test('a terminal is lively unless it is none, is dumb, or is that of a CI', () => {
  const stream = { isTTY: true, write: () => {} }
  expect(isLively(stream, {})).toBe(true)
  expect(isLively(stream, { TERM: 'dumb' })).toBe(false)
  expect(isLively(stream, { CI: 'true' })).toBe(false)
  expect(isLively({ write: () => {} }, {})).toBe(false)
})
