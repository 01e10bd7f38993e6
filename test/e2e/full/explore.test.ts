/** A weakness that is known: it is found, and what is found is small. */
import { expect, test } from 'vitest'
import { explore } from '../../../harness/explore/explore.ts'
import {
  type Architecture,
  architectureOf,
  defineArchitectures,
} from '../../../harness/stack/architectures.ts'

/** Without what keeps a family signed in, anything that touches auth breaks it. */
const weak: Architecture = {
  ...architectureOf('hardened'),
  name: 'weak',
  base: 'hardened',
  mitigations: architectureOf('hardened').mitigations.filter(
    name => name !== 'tri-state-auth-result' && name !== 'stale-session-grace',
  ),
}

test.each([1, 2, 3])(
  'a weakness is found within a minute, and shrunk: seed %i',
  async seed => {
    defineArchitectures([weak])
    const { found, tried } = await explore({ architecture: weak, seed, budgetMs: 60_000 })
    expect(tried.length).toBeGreaterThan(0)
    expect(found?.run.verdict).toBe('broke')
    expect(found?.schedule.length).toBeLessThanOrEqual(found?.drawn.length ?? 0)
  },
  180_000,
)
