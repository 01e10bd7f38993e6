import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { nodeBinary, rootFolder } from '../../../harness/stack/node-binary.ts'

const build = pathToFileURL(join(rootFolder, 'harness/builds/skewed-clock.ts')).href
const hourMs = 3_600_000

/** What a program prints as JSON on its last line, run with the build. */
function run(program: string, skewMs?: number): Record<string, unknown> {
  const text = execFileSync(
    nodeBinary(),
    ['--disable-warning=ExperimentalWarning', `--import=${build}`, '--input-type=module', '--eval', program],
    {
      env: { PATH: process.env.PATH, ...(skewMs === undefined ? {} : { SKEW_MS: String(skewMs) }) },
      encoding: 'utf8',
    },
  )
  return JSON.parse(text.trim().split('\n').at(-1) ?? '')
}

const look = `
  class Child extends Date { twice() { return 2 * this.getTime() } }
  const waitFrom = performance.now()
  await new Promise(resolve => setTimeout(resolve, 20))
  console.log(JSON.stringify({
    now: Date.now(),
    made: new Date().getTime(),
    text: Date.parse(Date()),
    real: performance.timeOrigin + performance.now(),
    given: new Date(5).getTime(),
    parts: new Date(2026, 0, 2, 3).getDate(),
    utc: Date.UTC(2026, 0, 1),
    parsed: Date.parse('2026-01-01T00:00:00Z'),
    isDate: new Date() instanceof Date,
    cloned: structuredClone(new Date(7)) instanceof Date,
    own: new Date().constructor === Date,
    child: new Child(4).twice(),
    childNow: new Child().getTime(),
    waited: performance.now() - waitFrom,
  }))`

describe('skewed-clock', () => {
  test.each([hourMs, -hourMs])('makes every look at the date wrong by %i ms, and nothing else', skewMs => {
    const seen = run(look, skewMs)
    const skewOf = (name: string) => Number(seen[name]) - Number(seen.real)
    for (const name of ['now', 'made', 'text', 'childNow']) {
      expect(Math.abs(skewOf(name) - skewMs), name).toBeLessThan(30_000)
    }
    expect(seen).toMatchObject({ given: 5, parts: 2, utc: 1_767_225_600_000, parsed: 1_767_225_600_000 })
    expect(seen).toMatchObject({ isDate: true, cloned: true, own: true, child: 8 })
    // Timers are right: neither an hour nor nothing.
    expect(seen.waited).toBeGreaterThanOrEqual(19)
  })

  test('makes the date of answers wrong too', () => {
    const program = `
      import { createServer } from 'node:http'
      const server = createServer((_, response) => response.writeHead(200, { a: 'b' }).end('c')).listen(0, '127.0.0.1', async () => {
        const { headers } = await fetch('http://127.0.0.1:' + server.address().port)
        console.log(JSON.stringify({ date: headers.get('date'), a: headers.get('a') }))
        server.close()
        server.closeAllConnections()
      })`
    const { date, a } = run(program, hourMs)
    expect(a).toBe('b')
    expect(Math.abs(Date.parse(String(date)) - Date.now() - hourMs)).toBeLessThan(60_000)
  })

  test('without a skew does nothing', () => {
    const seen = run(look)
    expect(Math.abs(Number(seen.now) - Number(seen.real))).toBeLessThan(1_000)
  })

  test('refuses what is no number', () => {
    expect(() => run(look, Number.NaN)).toThrow('SKEW_MS must be a whole number, not "NaN"')
  })
})
