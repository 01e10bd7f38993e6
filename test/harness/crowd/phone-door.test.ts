import { expect, test } from 'vitest'
import type { Seen } from '../../../harness/crowd/client.ts'
import { PhoneDoor } from '../../../harness/crowd/phone-door.ts'

const signedIn = true
const error: Seen = { result: 'error' }

test('a device shows what it has kept while nothing comes, until its credential goes', () => {
  const door = new PhoneDoor({} as ConstructorParameters<typeof PhoneDoor>[0])
  const looks: [Seen, boolean][] = [
    [error, signedIn],
    [{ result: 'served' }, signedIn],
    [error, signedIn],
    [{ result: 'timeout' }, signedIn],
    [{ result: 'degraded' }, signedIn],
    [{ result: 'signed-out' }, !signedIn],
    [error, signedIn],
  ]
  expect(looks.map(([seen, isSignedIn]) => door.shown(seen, isSignedIn))).toEqual([
    { result: 'error' },
    { result: 'served' },
    { result: 'error', fromDevice: true },
    { result: 'timeout', fromDevice: true },
    { result: 'degraded' },
    { result: 'signed-out' },
    { result: 'error' },
  ])
})
