import { expect, test } from 'vitest'
import { LiveCounts } from '../../../harness/room/live-counts.ts'
import { feed, intent, session } from '../outcome/build.ts'

test('follows an app by the second, and takes the records with it', () => {
  const counts = new LiveCounts()
  const recorded = {
    intents: [intent(feed, 1_100), intent(feed, 1_200, 'error'), intent(feed, 2_500), intent(feed, 9_000)],
    sessions: [...session('a', -100), ...session('b', 100, { at: 2_000, type: 'forced-out' })],
    deadSessionProbes: [],
  }
  counts.take(recorded)
  expect(recorded).toEqual({ intents: [], sessions: [], deadSessionProbes: [] })
  const [early] = counts.look(4_000)
  expect(early?.perSecond.slice(-3)).toEqual([0.5, 1, null])
  expect(early).toMatchObject({ app: 'feed', goodput: 2 / 3, signedIn: 1, forcedOut: 1 })
  const [late] = counts.look(30_000)
  expect(late?.goodput).toBeNull()
  counts.take({ intents: [intent(feed, 29_500)], sessions: [], deadSessionProbes: [] })
  expect(counts.look(31_000)[0]?.goodput).toBe(1)
})
