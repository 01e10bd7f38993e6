import { describe, expect, test } from 'vitest'
import {
  accountWords,
  compressionOf,
  compressionWords,
  type Incident,
  incidentProblems,
} from '../../harness/incident.ts'

const known: Incident = { replays: 'google-2020-12-14', source: 'Google Cloud incident 20013' }
const schedule = [
  { fromMs: 5_500, toMs: 9_000 },
  { fromMs: 7_000, toMs: 11_500 },
]

describe('compressionOf', () => {
  test('takes all faults together, from the first to begin to the last to end', () => {
    expect(compressionOf({ lasted: '47m', schedule })).toEqual({ lastedMs: 2_820_000, faultMs: 6_000 })
  })

  test('reads hours, which no timeline here has', () => {
    expect(compressionOf({ lasted: '2.5h', schedule })?.lastedMs).toBe(9_000_000)
  })

  test.each([{ schedule }, { lasted: '47m', schedule: [] } as const])(
    'is undefined where either is missing: %j',
    given => {
      expect(compressionOf(given)).toBeUndefined()
    },
  )
})

test.each([
  [{ lastedMs: 2_820_000, faultMs: 6_000 }, '47 min there, 6 s here: 470 times faster'],
  [{ lastedMs: 50_400_000, faultMs: 6_000 }, '14 h there, 6 s here: 8,400 times faster'],
  [{ lastedMs: 8_280_000, faultMs: 5_000 }, '138 min there, 5 s here: 1,700 times faster'],
  [{ lastedMs: 40_000, faultMs: 1_500 }, '40 s there, 1.5 s here: 27 times faster'],
])('in words: %j', (compression, words) => {
  expect(compressionWords(compression)).toBe(words)
})

test.each([
  [
    { source: 'Incident 20013', compression: { lastedMs: 60_000, faultMs: 5_000 }, differs: 'Reads go on.' },
    'Incident 20013. 1 min there, 5 s here: 12 times faster. Reads go on.',
  ],
  [{ source: 'Incident 20013' }, 'Incident 20013.'],
  [{ source: 'Incident 20013', differs: 'Reads go on.' }, 'Incident 20013. Reads go on.'],
])('the account in words: %j', (about, words) => {
  expect(accountWords(about)).toBe(words)
})

describe('incidentProblems', () => {
  test('has nothing against a scenario that replays nothing, nor against one that says all of it', () => {
    expect(incidentProblems({})).toEqual([])
    expect(incidentProblems({ ...known, lasted: '47m', differs: 'Reads go on.' })).toEqual([])
  })

  test.each<[Incident, string]>([
    [{ lasted: '47m' }, 'replays: missing, though it is said how long it lasted or what differs'],
    [{ differs: 'Reads go on.' }, 'replays: missing, though it is said how long it lasted or what differs'],
    [{ ...known, differs: ' ' }, 'differs: empty; leave it out'],
    [{ ...known, lasted: '0m' }, 'lasted: 0m is no time at all'],
    [{ ...known, lasted: '-3h' as '3h' }, 'lasted: "-3h" is not a duration'],
    [{ ...known, lasted: 'two hours' as '2h' }, 'or hours, "14h"'],
  ])('%j', (incident, problem) => {
    expect(incidentProblems(incident)).toEqual([expect.stringContaining(problem)])
  })
})
